// Appends until it is killed. Each acknowledged index goes to standard output only once it is acknowledged.
import { writeSync } from 'node:fs'
import { FileAuditLog } from '../../src/audit/index.ts'
import { hashLatin1, makeEntry, ORIGIN } from './test-log.ts'
import { loadKeys } from './crash-keys.ts'

const [folder = '', keyFile = ''] = process.argv.slice(2)
const log = await FileAuditLog.open({
  folder,
  origin: ORIGIN,
  ...loadKeys(keyFile),
  hash: hashLatin1,
  segmentBytes: 20_000,
  checkpointIntervalMs: 3,
})
writeSync(1, 'open\n')
let next = log.size

async function appendForever(): Promise<never> {
  for (;;) {
    // The index an append will get is the number of appends before it: the log keeps their order.
    const index = next++
    const given = await log.append(makeEntry(index))
    if (given !== index) throw new Error(`entry ${index} was given index ${given}`)
    writeSync(1, `${index}\n`)
  }
}

await Promise.all(Array.from({ length: 40 }, appendForever))

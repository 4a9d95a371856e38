import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  openStore,
  removeFolder,
  temporaryFolder,
} from '../../packages/server/test/storage/temporary-store.ts'
import { assertWhole, nothingAcknowledged, readAcknowledged } from './storage-model.ts'

const ROUNDS = Number(process.env['CLAVIGER_CRASH_ROUNDS'] ?? 30)
const WRITERS = 6
const WORKLOAD = join(import.meta.dirname, 'storage-workload.ts')

/** Runs the workload, kills it some time after its first commit, and returns what it had said. */
async function killedOutput(folder: string, afterMs: number): Promise<string> {
  const child = spawn(process.execPath, [WORKLOAD, folder, String(WRITERS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  let timer: NodeJS.Timeout | undefined
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
    timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)))
  clearTimeout(timer)
  assert.equal(signal, 'SIGKILL', 'the workload ran until it was killed')
  return output
}

test(`${ROUNDS} kills lose nothing that was acknowledged and leave nothing half done`, async () => {
  const folder = temporaryFolder()
  const acknowledged = nothingAcknowledged()
  for (let round = 0; round < ROUNDS; round++) {
    readAcknowledged(await killedOutput(folder, 5 + ((round * 37) % 120)), acknowledged)
    const store = openStore(folder, {
      ...(acknowledged.anchor !== undefined && { knownAnchor: acknowledged.anchor }),
    })
    await assertWhole(store, WRITERS, acknowledged)
    await store.close()
  }
  const changes = [...acknowledged.changes.values()].reduce((sum, count) => sum + count, 0)
  assert.ok(changes > ROUNDS, `${changes} changes were made`)
  removeFolder(folder)
})

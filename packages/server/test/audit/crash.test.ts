// kill -9 at any instant: every acknowledged entry is there, and every checkpoint ever published holds.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { FileAuditLog, verifyLogFolder } from '../../src/audit/index.ts'
import { loadKeys } from './crash-keys.ts'
import { hashLatin1, makeEntry, ORIGIN, sha256, temporaryFolder } from './test-log.ts'

const ROUNDS = Number(process.env['CLAVIGER_CRASH_ROUNDS'] ?? 30)
const CHILD = join(import.meta.dirname, 'crash-child.ts')

/** Runs the child until `lifeMs` after it opened the log, kills it, and returns the highest index it told. */
function runAndKill(folder: string, keyFile: string, lifeMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, folder, keyFile])
    let output = ''
    let errors = ''
    child.stdout.on('data', (data: Buffer) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), lifeMs)
      output += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString()
    })
    child.on('error', reject)
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(errors))
      // The last line may be cut.
      const lines = output.split('\n').slice(1, -1)
      resolve(lines.reduce((highest, line) => Math.max(highest, Number(line)), -1))
    })
  })
}

it(`keeps every acknowledged entry over ${ROUNDS} kills`, { timeout: 3_600_000 }, async (t) => {
  const folder = temporaryFolder(t)
  const keyFile = join(temporaryFolder(t), 'log.pem')
  const pair = generateKeyPairSync('ed25519')
  writeFileSync(keyFile, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const keys = loadKeys(keyFile)
  const trust = { sha256, verifiers: keys.verifiers, origin: ORIGIN }
  let saved: Uint8Array | undefined
  let highest = -1
  for (let round = 0; round < ROUNDS; round++) {
    const told = await runAndKill(folder, keyFile, Math.random() * 60)
    highest = Math.max(highest, told)
    // The checkpoint that stands after the kill was published before it.
    saved = readFileSync(join(folder, 'checkpoint'))
    if (round % 5 !== 4) continue
    const log = await FileAuditLog.open({ folder, origin: ORIGIN, ...keys, hash: hashLatin1 })
    assert.ok(log.size > highest, `${log.size} entries, but ${highest} was acknowledged`)
    assert.equal(log.failure, undefined)
    await log.close()
    await verifyLogFolder(folder, {
      ...trust,
      saved,
      onEntry: (index, entry) => assert.equal(Buffer.from(entry).toString(), makeEntry(index)),
    })
  }
  assert.ok(highest > 0)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runSelfTests } from '@claviger/crypto'
import fc from 'fast-check'
import { BackupError, readBackup, readFrames } from '../../src/backup/index.ts'
import { logVerifier, restoreBackup } from '../../src/restore.ts'
import { inPieces, temporaryFolder } from './world.ts'

// Whoever knows a recipient can seal anything: what is inside must hold by itself.

runSelfTests()

const vector = JSON.parse(
  readFileSync(new URL('../../../../docs/spec/vectors/backup.json', import.meta.url), 'utf8'),
) as {
  stream: string
  log: { vkey: string }
  facts: { origin: string }
  backup: string
  identity: string
}
const stream = Buffer.from(vector.stream, 'base64')
const known = { origin: vector.facts.origin, verifiers: [logVerifier(vector.log.vkey)] }

const read = (bytes: Uint8Array, pieceLength?: number) =>
  readBackup(readFrames(inPieces(bytes, pieceLength)), known)

async function assertRefused(bytes: Uint8Array, what: string): Promise<void> {
  try {
    await read(bytes)
  } catch (error) {
    assert.ok(error instanceof BackupError, `${what}: ${String(error)}`)
    return
  }
  assert.fail(`${what} was taken`)
}

test('it is read in pieces of any length', async () => {
  for (const length of [1, 2, 7, 100, stream.length]) await read(stream, length)
})

test('no byte of it can be changed, taken away or added', async () => {
  for (let at = 0; at < stream.length; at++) {
    const changed = Buffer.from(stream)
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
    await assertRefused(changed, `flipped at ${at}`)
    await assertRefused(stream.subarray(0, at), `cut at ${at}`)
  }
  await assertRefused(Buffer.concat([stream, Buffer.of(0)]), 'one byte more')
  await assertRefused(Buffer.concat([stream, stream]), 'twice')
})

test('whatever is pieced together of it is refused as a backup, and as nothing else', async () => {
  const part = fc.tuple(fc.nat(stream.length), fc.nat(400)).map(([at, length]) => {
    return stream.subarray(at, at + length)
  })
  const noise = fc.uint8Array({ maxLength: 40 })
  const pieces = fc.array(fc.oneof(part, noise), { maxLength: 8 })
  const mixed = pieces.map((parts) => Buffer.concat([stream.subarray(0, 18), ...parts]))
  await fc.assert(
    fc.asyncProperty(mixed, async (bytes) => {
      fc.pre(!stream.equals(bytes))
      await assertRefused(bytes, bytes.toString('hex'))
    }),
    { numRuns: 2_000 },
  )
})

test('keys of a log that do not read are no keys, also for whoever takes any keeper', async () => {
  const { backup, identity } = vector
  const bytes = inPieces(Buffer.from(backup, 'base64'))
  const opening = { identities: [identity] }
  await assert.rejects(restoreBackup(temporaryFolder(), bytes, opening, { known: undefined }), {
    name: 'BackupError',
    code: 'damaged',
  })
})

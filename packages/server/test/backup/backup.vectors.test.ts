import assert from 'node:assert/strict'
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { runSelfTests } from '@claviger/crypto'
import { encodeEntryBundle, type NoteSigner, signNote } from '@claviger/tlog'
import { openTombstones } from '../../src/backup/tombstone-file.ts'
import { writeFrames } from '../../src/backup/write-frames.ts'
import { logVerifier, verifyBackup } from '../../src/restore.ts'
import { inPieces } from './world.ts'

runSelfTests()

const folder = new URL('../../../../docs/spec/vectors/', import.meta.url)

interface Vector {
  readonly log: { readonly vkey: string; readonly keyId: number; readonly seed: string }
  readonly facts: Parameters<typeof writeFrames>[0]
  readonly sections: Readonly<Record<'log-keys' | 'checkpoint' | 'seal' | 'store', string>>
  readonly entries: readonly string[]
  /** Inside the age file, base64. */
  readonly stream: string
  readonly manifestHash: string
  readonly identity: string
  /** The age file, base64. */
  readonly backup: string
  readonly tombstones: string
}

const vector = JSON.parse(readFileSync(new URL('backup.json', folder), 'utf8')) as Vector
const origin = vector.facts.origin
const known = { origin, verifiers: [logVerifier(vector.log.vkey)] }

/** Ed25519 signs the same text always the same way, so everything inside is determined. */
function signer(): NoteSigner {
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${vector.log.seed}`, 'hex')
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return {
    name: origin,
    keyId: vector.log.keyId,
    sign: (text) => new Uint8Array(sign(null, Buffer.from(text), key)),
  }
}

test('what is inside a backup is that of the specification, byte for byte', async () => {
  const { facts, sections, entries, stream, manifestHash } = vector
  const bytes = (text: string): readonly Uint8Array[] => [Buffer.from(text)]
  let note: Uint8Array = new Uint8Array()
  const sources = {
    'log-keys': bytes(sections['log-keys']),
    checkpoint: bytes(sections.checkpoint),
    seal: bytes(sections.seal),
    entries: [encodeEntryBundle(entries.map((entry) => Buffer.from(entry)))],
    store: bytes(sections.store),
  }
  const frames = writeFrames(facts, sources, async (text) => {
    note = await signNote(text, [signer()])
    return note
  })
  const written = Buffer.concat(await Array.fromAsync(frames))
  assert.equal(written.toString('base64'), stream)
  assert.equal(createHash('sha256').update(note).digest('hex'), manifestHash)
})

test('the backup of the specification verifies', async () => {
  const { backup, facts, identity, manifestHash, entries } = vector
  const opening = { identities: [identity] }
  const read = await verifyBackup(inPieces(Buffer.from(backup, 'base64')), opening, known)
  assert.equal(read.manifestHash, manifestHash)
  assert.equal(read.checkpoint.size, entries.length)
  assert.deepEqual(
    Object.keys(read.manifest).sort(),
    [...Object.keys(facts), 'kind', 'root', 'sections'].sort(),
  )
})

test('the tombstones of the specification verify', async () => {
  const { tombstones, facts } = vector
  assert.deepEqual(
    (await openTombstones(tombstones, facts.keeper, known)).map(({ kind }) => kind),
    ['key-version', 'token'],
  )
})

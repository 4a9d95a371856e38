// The vectors of docs/spec/audit-log.md, written and read by our code and recomputed by definition.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createNoteVerifier, verifyTlogProof } from '@claviger/tlog'
import { algorithms } from '../../../tlog/test/memory-log.ts'
import { Batch } from '../../src/audit/batch.ts'
import { AuditLogReader, FileTileSource } from '../../src/audit/index.ts'
import {
  CHAIN_START,
  decodeFramePayload,
  decodeSegment,
  encodeSegmentHeader,
} from '../../src/audit/journal-format.ts'
import { hashLatin1, openLog, sha256, temporaryFolder } from './test-log.ts'

const spec = join(import.meta.dirname, '../../../../docs/spec')
const vectors = JSON.parse(readFileSync(join(spec, 'vectors/audit-log.json'), 'utf8'))
const entries: string[] = vectors.entries
const segment = Buffer.from([vectors.journal.header, ...vectors.journal.frames].join(''), 'hex')

describe('vectors of the audit log', () => {
  it('the journal is written so', () => {
    const header = encodeSegmentHeader(hashLatin1, { firstIndex: 0, chain: CHAIN_START })
    assert.equal(header.toString('hex'), vectors.journal.header)
    let chain = header.toString('latin1', 48)
    for (const [at, group] of [entries.slice(0, 2), entries.slice(2)].entries()) {
      const batch = new Batch()
      for (const entry of group) batch.add(entry, Buffer.byteLength(entry), '')
      const { bytes, digest } = batch.seal(hashLatin1, chain, 2 * at)
      assert.equal(bytes.toString('hex'), vectors.journal.frames[at])
      chain = digest
    }
    assert.equal(Buffer.from(chain, 'latin1').toString('hex'), vectors.journal.chain)
  })

  it('the journal is read so', () => {
    const content = decodeSegment(hashLatin1, segment)
    assert.equal(content?.nextIndex, vectors.journal.nextIndex)
    assert.equal(content?.tornBytes, 0)
    const read = content?.frames.flatMap((frame) => decodeFramePayload(frame, 'vector'))
    assert.deepEqual(read, entries)
  })

  it('digests and leaves follow from their definition', () => {
    const digest = (...parts: Uint8Array[]) => {
      const hash = createHash('sha256')
      for (const part of parts) hash.update(part)
      return hash.digest('hex')
    }
    let before = vectors.journal.header.slice(96)
    assert.equal(before, digest(segment.subarray(0, 48)))
    for (const frame of vectors.journal.frames as string[]) {
      const body = Buffer.from(frame.slice(0, -64), 'hex')
      assert.equal(frame.slice(-64), digest(Buffer.from(before, 'hex'), body))
      before = frame.slice(-64)
    }
    const leaves = entries.map((entry) => digest(Uint8Array.of(0), Buffer.from(entry)))
    assert.deepEqual(leaves, vectors.tree.leaves)
    const node = (left: string, right: string) =>
      digest(Uint8Array.of(1), Buffer.from(left, 'hex'), Buffer.from(right, 'hex'))
    assert.equal(
      node(node(leaves[0] as string, leaves[1] as string), leaves[2] as string),
      vectors.tree.root,
    )
  })

  it('a log started on the journal has the entries and the root', async (t) => {
    const folder = temporaryFolder(t)
    mkdirSync(join(folder, 'journal'))
    writeFileSync(join(folder, 'journal', '0000000000000000.journal'), segment)
    const log = await openLog(folder)
    t.after(() => log.close())
    const reader = new AuditLogReader(log, new FileTileSource(folder), sha256)
    const read = await Array.fromAsync(reader.entries(), ({ text }) => text)
    assert.deepEqual(read, entries)
    const root = (await log.checkpoint()).root
    assert.equal(Buffer.from(root).toString('hex'), vectors.tree.root)
  })

  it('the receipt verifies, and is the example of the specification', async () => {
    const verifier = createNoteVerifier(sha256, vectors.verifierKey, algorithms)
    const options = { sha256, verifiers: [verifier], origin: 'keeper.example/audit' }
    const { entry, index } = await verifyTlogProof(Buffer.from(vectors.receipt), options)
    assert.equal(index, vectors.receiptIndex)
    assert.equal(Buffer.from(entry).toString(), entries[index])
    assert.ok(readFileSync(join(spec, 'audit-log.md'), 'utf8').includes(vectors.receipt))
  })
})

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import { decodeTlogProof, encodeTlogProof, TreeReader, verifyTlogProof } from '../src/index.ts'
import { generateKey, MemoryLog, makeEntries, ORIGIN, sha256, type TestKey } from './memory-log.ts'

const entries = makeEntries(300)

describe('tlog proofs', () => {
  let key: TestKey
  let proof: Uint8Array

  before(async () => {
    key = generateKey('ed25519')
    const log = new MemoryLog().tile(entries)
    const checkpoint = await log.sign(entries, [key.signer])
    const path = await new TreeReader(log, sha256, 300).proveInclusion(7)
    proof = encodeTlogProof({ extra: entries[7], index: 7, path, checkpoint })
  })

  const verify = (bytes: Uint8Array, entry?: Uint8Array) =>
    verifyTlogProof(bytes, { sha256, verifiers: [key.verifier], origin: ORIGIN, entry })

  it('verify with the entry they carry and with one given', async () => {
    const result = await verify(proof)
    assert.equal(decodeUtf8(result.entry), '{"id":"event-7"}')
    assert.equal(result.checkpoint.size, 300)
    const bare = encodeTlogProof({ ...decodeTlogProof(proof), extra: undefined })
    assert.equal((await verify(bare, entries[7])).index, 7)
    await assert.rejects(verify(bare), { code: 'missing' })
    await assert.rejects(verify(bare, entries[8]), { code: 'proof-mismatch' })
  })

  it('round-trip', () => {
    assert.deepEqual(encodeTlogProof(decodeTlogProof(proof)), proof)
  })

  it('are refused with any byte changed', async () => {
    for (let at = 0; at < proof.length; at++) {
      const changed = Uint8Array.from(proof)
      changed[at] = (changed[at] as number) ^ 0x01
      await assert.rejects(verify(changed), { name: 'TlogError' }, `byte ${at}`)
    }
  })

  it('are refused in another shape', () => {
    const text = decodeUtf8(proof)
    const change = (from: string | RegExp, to: string) => encodeUtf8(text.replace(from, to))
    for (const bad of [
      change('@v1', '@v2'),
      change('index 7', 'index 07'),
      change('index 7\n', ''),
      change(/extra .*\n/, 'extra \n'),
      change(/extra .*\n/, `extra ${'AAAA'.repeat(22_000)}\n`),
      change('\n\n', '\n'),
      change(/index 7\n/, `index 7\n${`${'A'.repeat(43)}=\n`.repeat(64)}`),
      encodeUtf8(`${text}more\n`),
      Uint8Array.of(0xff),
    ]) {
      assert.throws(() => decodeTlogProof(bad), { name: 'TlogError' })
    }
  })
})

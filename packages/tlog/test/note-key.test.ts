import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createNoteVerifier,
  encodeCheckpoint,
  encodeVerifierKey,
  openNote,
  parseVerifierKey,
  SIGNATURE_TYPES,
  type SignatureType,
  signNote,
} from '../src/index.ts'
import { algorithms, generateKey, sha256 } from './memory-log.ts'

const types = Object.keys(SIGNATURE_TYPES) as SignatureType[]
const text = encodeCheckpoint({ origin: 'log.example', size: 1, root: new Uint8Array(32) })

describe('note keys', () => {
  for (const type of types) {
    it(`sign and verify a checkpoint with ${type}`, async () => {
      const key = generateKey(type)
      const note = await signNote(text, [key.signer])
      assert.equal((await openNote(note, [key.verifier])).text, text)
      const longer = await signNote(text.replace('\n1\n', '\n2\n'), [
        { ...key.signer, sign: () => key.signer.sign(text) },
      ])
      await assert.rejects(openNote(longer, [key.verifier]), { code: 'bad-signature' })
      const short = await signNote(text, [{ ...key.signer, sign: () => Uint8Array.of(1) }])
      await assert.rejects(openNote(short, [key.verifier]), { code: 'bad-signature' })
    })

    it(`round-trip a ${type} verifier key and refuse every changed character`, () => {
      const { vkey } = generateKey(type)
      assert.equal(encodeVerifierKey(sha256, parseVerifierKey(sha256, vkey)), vkey)
      for (let at = 0; at < vkey.length; at += type.includes('ml-dsa') ? 37 : 1) {
        const changed = `${vkey.slice(0, at)}${vkey[at] === 'b' ? 'c' : 'b'}${vkey.slice(at + 1)}`
        assert.throws(() => parseVerifierKey(sha256, changed), { code: 'malformed-key' })
      }
      for (let end = 0; end < vkey.length; end += 41) {
        assert.throws(() => parseVerifierKey(sha256, vkey.slice(0, end)), { code: 'malformed-key' })
      }
    })
  }

  it('do not cosign a text that is no checkpoint', async () => {
    const key = generateKey('cosignature-ml-dsa-44')
    await assert.rejects(async () => key.signer.sign('hello\n'), { code: 'malformed-checkpoint' })
    const note = await signNote('hello\n', [{ ...key.signer, sign: () => new Uint8Array(2428) }])
    await assert.rejects(openNote(note, [key.verifier]), { code: 'bad-signature' })
  })

  it('need an algorithm for their type', () => {
    const { vkey } = generateKey('cosignature-ml-dsa-44')
    assert.throws(() => createNoteVerifier(sha256, vkey, { ed25519: algorithms.ed25519 }), {
      code: 'malformed-key',
    })
  })
})

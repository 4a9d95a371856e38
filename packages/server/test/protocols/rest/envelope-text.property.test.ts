/** The short cuts for envelopes against the package that defines them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Key, KeyId } from '@claviger/core'
import {
  type CiphertextEnvelope,
  decodeCiphertextText,
  encodeCiphertextText,
  ENVELOPE_FORMATS,
  type EnvelopeKind,
} from '@claviger/envelope'
import { readEnvelope, writeEnvelope } from '../../../src/protocols/rest/hot/envelope-text.ts'

const IDS = ['01a20a5e-4fa1-7430-b4c3-01e03c9ba430', '01a20a5e-4f8d-7687-9d3d-9cb2fe0e3687']
const KEYS = IDS.map((id) => ({ id: id as KeyId }) as Key)
const made = fc.record({
  key: fc.constantFrom(...KEYS),
  kind: fc.constantFrom(...(Object.keys(ENVELOPE_FORMATS) as EnvelopeKind[])),
  mechanism: fc.constantFrom('aes-gcm', 'aes-ccm', 'rsa-oaep-sha256'),
  version: fc.constantFrom(1, 2, 2 ** 32 - 1),
  iv: fc.uint8Array({ maxLength: 16 }),
  ciphertext: fc.uint8Array({ maxLength: 70 }),
})

/** Equal as byte strings, whatever kind of array holds them. */
function plain(envelope: CiphertextEnvelope): object {
  const { iv, ciphertext } = envelope
  return {
    ...envelope,
    iv: Buffer.from(iv).toString('hex'),
    ciphertext: Buffer.from(ciphertext).toString('hex'),
  }
}

test('writing gives the same text, whatever was written before', () => {
  fc.assert(
    fc.property(made, ({ key, ...envelope }) => {
      const { kind, ...encrypted } = envelope
      const expected = encodeCiphertextText({ ...envelope, key: key.id })
      assert.equal(writeEnvelope(kind, key, encrypted), expected)
      assert.equal(
        writeEnvelope(kind, key, { ...encrypted, iv: Buffer.from(encrypted.iv) }),
        expected,
      )
    }),
    { numRuns: 2_000 },
  )
})

test('reading gives the same envelope or the same refusal, whatever was read before', () => {
  const edit = fc.option(fc.tuple(fc.nat(), fc.constantFrom('A', '_', '=', '+', ' ', '')), {
    nil: undefined,
  })
  fc.assert(
    fc.property(made, edit, ({ key, ...envelope }, changed) => {
      let text = encodeCiphertextText({ ...envelope, key: key.id })
      if (changed !== undefined) {
        const at = changed[0] % text.length
        text = text.slice(0, at) + changed[1] + text.slice(at + 1)
      }
      let expected: object
      try {
        expected = plain(decodeCiphertextText(text))
      } catch (error) {
        assert.throws(() => readEnvelope(text), { message: (error as Error).message })
        return
      }
      assert.deepEqual(plain(readEnvelope(text)), expected)
      assert.deepEqual(plain(readEnvelope(text)), expected)
    }),
    { numRuns: 4_000 },
  )
})

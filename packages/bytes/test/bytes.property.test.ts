import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BytesError,
  canonicalJson,
  compare,
  constantTimeEqual,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  parseCanonicalJson,
} from '../src/index.ts'

const codecs = [
  [encodeHex, decodeHex],
  [encodeBase64, decodeBase64],
  [encodeBase64url, decodeBase64url],
] as const

test('decode(encode(bytes)) is bytes for every text encoding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const [encode, decode] of codecs) assert.deepEqual(decode(encode(bytes)), bytes)
    }),
  )
})

test('a text decodes only when encoding gives it back', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ABab01+/-_= \n')), maxLength: 12 })
  fc.assert(
    fc.property(text, (candidate) => {
      for (const [encode, decode] of codecs.slice(1)) {
        try {
          assert.equal(encode(decode(candidate)), candidate)
        } catch (error) {
          assert.ok(error instanceof BytesError)
        }
      }
    }),
    { numRuns: 2000 },
  )
})

test('comparison and constant-time equality agree with Buffer', () => {
  const pair = fc.tuple(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }))
  fc.assert(
    fc.property(pair, ([left, right]) => {
      assert.equal(compare(left, right), Buffer.compare(left, right))
      assert.equal(constantTimeEqual(left, right), Buffer.compare(left, right) === 0)
    }),
  )
})

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((value) => value + 0),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value as fc.Arbitrary<Parameters<typeof canonicalJson>[0]>

test('canonical JSON parses back to the same text and the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(parseCanonicalJson(text)), text)
    }),
  )
})

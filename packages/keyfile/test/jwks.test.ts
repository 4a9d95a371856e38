import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import { decodeKeyFile } from '../src/index.ts'

const set = (value: unknown): Uint8Array => encodeUtf8(JSON.stringify(value))

test('of a set, keys with secrets are taken and public ones named', () => {
  const secret = { kty: 'oct', k: 'AAAA', alg: 'HS256', kid: 'mac' }
  const pair = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', d: 'c' }
  const ofPublic = { kty: 'RSA', n: 'a', e: 'AQAB', kid: 'seen' }
  const { format, entries, skipped } = decodeKeyFile(set({ keys: [secret, pair, ofPublic] }))
  assert.equal(format, 'jwks')
  assert.deepEqual(
    entries.map(
      (entry) => entry.kind === 'jwk' && [entry.alias, JSON.parse(decodeUtf8(entry.json))],
    ),
    [
      ['mac', secret],
      [undefined, pair],
    ],
  )
  assert.deepEqual(skipped, [{ what: 'seen', why: 'it is a public key' }])
  assert.equal(decodeKeyFile(set(pair)).entries.length, 1)
})

test('other JSON is no key file', () => {
  for (const value of [{}, { keys: [] }, { kty: 1 }, { keys: [{ a: 1 }] }, { key: 'x' }]) {
    assert.throws(() => decodeKeyFile(set(value)), { code: 'unsupported' })
  }
  assert.throws(() => decodeKeyFile(set({ keys: [{ kty: 'oct', k: '' }, 1] })), {
    code: 'malformed',
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  CryptoError,
  decrypt,
  type EncryptMechanism,
  encrypt,
  type KeySpec,
  openKey,
  unwrapKey,
  type WrapMechanism,
  wrapKey,
} from '../src/index.ts'
import { decryptFf1, encryptFf1 } from '../src/primitives.ts'

const authenticated: readonly (readonly [EncryptMechanism, KeySpec, number])[] = [
  ['aes-gcm', 'aes-128', 16],
  ['aes-gcm', 'aes-256', 32],
  ['aes-gcm-siv', 'aes-256', 32],
  ['aes-ccm', 'aes-192', 24],
  ['chacha20-poly1305', 'chacha20', 32],
]
const data = fc.uint8Array({ maxLength: 300 })

for (const [mechanism, spec, keyBytes] of authenticated) {
  test(`${mechanism} under ${spec} gives back what it took and notices every changed bit`, () => {
    const key = fc.uint8Array({ minLength: keyBytes, maxLength: keyBytes })
    fc.assert(
      fc.property(key, data, data, fc.nat(), (secret, plaintext, aad, position) => {
        const opened = openKey(spec, secret)
        const { iv, ciphertext } = encrypt(opened, mechanism, { plaintext, aad })
        assert.equal(ciphertext.length, plaintext.length + 16)
        const back = decrypt(opened, mechanism, { iv, ciphertext, aad }) as Uint8Array
        assert.equal(Buffer.compare(back, plaintext), 0)
        for (const part of [ciphertext, iv, aad]) {
          if (part.length === 0) continue
          const index = position % part.length
          part[index] = (part[index] as number) ^ (1 << (position % 8))
          assert.throws(() => decrypt(opened, mechanism, { iv, ciphertext, aad }), CryptoError)
          part[index] = (part[index] as number) ^ (1 << (position % 8))
        }
      }),
    )
  })
}

test('key wrap gives back what it took and notices every changed bit', () => {
  const semiblocks = fc.integer({ min: 2, max: 12 })
  fc.assert(
    fc.property(
      semiblocks,
      fc.integer({ min: 1, max: 90 }),
      fc.nat(),
      (blocks, length, position) => {
        const key = openKey('aes-256', new Uint8Array(32).fill(blocks))
        const cases: readonly (readonly [WrapMechanism, number])[] = [
          ['aes-kw', blocks * 8],
          ['aes-kwp', length],
          ['aes-gcm', length],
        ]
        for (const [mechanism, bytes] of cases) {
          const material = new Uint8Array(bytes).fill(position)
          const wrapped = wrapKey(key, mechanism, material)
          assert.equal(
            Buffer.compare(unwrapKey(key, mechanism, wrapped) as Uint8Array, material),
            0,
          )
          const index = position % wrapped.length
          wrapped[index] = (wrapped[index] as number) ^ (1 << (position % 8))
          assert.throws(() => unwrapKey(key, mechanism, wrapped), CryptoError)
        }
      },
    ),
  )
})

test('FF1 permutes its domain and refuses one that is too small', () => {
  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 6, maxLength: 30 })
  fc.assert(
    fc.property(digits, data, (plain, tweak) => {
      const key = new Uint8Array(16).fill(4)
      const options = { radix: 10, tweak }
      const encrypted = encryptFf1(key, plain, options)
      assert.deepEqual(decryptFf1(key, encrypted, options), plain)
      assert.throws(() => encryptFf1(key, plain.slice(0, 5), options), CryptoError)
    }),
  )
})

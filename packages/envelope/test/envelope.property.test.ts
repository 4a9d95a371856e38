import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeCiphertext,
  decodeShare,
  EnvelopeError,
  encodeCiphertext,
  encodeRecordBinding,
  encodeShare,
  MECHANISM_CODES,
  type MechanismName,
  type RecordBinding,
  type Share,
} from '@claviger/envelope'
import { fuzzTargets } from './fuzz-targets.ts'

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })
const mechanism = fc.constantFrom(...(Object.keys(MECHANISM_CODES) as MechanismName[]))

const share: fc.Arbitrary<Share> = fc
  .record({
    set: bytes(8, 8).map((set) => Buffer.from(set).toString('hex')),
    shares: fc.integer({ min: 2, max: 255 }),
    index: fc.nat(),
    threshold: fc.nat(),
    generation: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    payload: bytes(33, 33).map((payload) => payload.with(32, payload[32] || 1)),
  })
  .map((raw) => ({
    ...raw,
    index: (raw.index % raw.shares) + 1,
    threshold: (raw.threshold % (raw.shares - 1)) + 2,
  }))

test('a ciphertext envelope survives the round trip, and its encoding is the only one', () => {
  const envelope = fc.record({
    kind: fc.constantFrom('ciphertext' as const, 'wrapped-key' as const, 'data-key' as const),
    mechanism,
    key: fc.uuid(),
    version: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    iv: bytes(0, 64),
    ciphertext: bytes(0, 200),
  })
  fc.assert(
    fc.property(envelope, (value) => {
      const encoded = encodeCiphertext(value)
      assert.deepEqual(decodeCiphertext(encoded), { ...value })
      assert.deepEqual(encodeCiphertext(decodeCiphertext(encoded)), encoded)
    }),
  )
})

test('every single mistyped character of a share is found', () => {
  const symbols = '0123456789abcdefghjkmnpqrstvwxyz'
  const text = encodeShare({
    set: 'a1b2c3d4e5f60718',
    index: 3,
    shares: 7,
    threshold: 4,
    generation: 9,
    payload: new Uint8Array(33).map((_, index) => index * 7 + 1),
  })
  for (let place = 10; place < text.length; place++) {
    if (text[place] === '-') continue
    for (const symbol of symbols) {
      if (symbol === text[place]) continue
      const typo = text.slice(0, place) + symbol + text.slice(place + 1)
      assert.throws(() => decodeShare(typo), isMistyped)
    }
    const shorter = text.slice(0, place) + text.slice(place + 1)
    assert.throws(() => decodeShare(shorter), isMistyped)
  }
})

test('two neighbours exchanged in a share are found', () => {
  fc.assert(
    fc.property(share, fc.integer({ min: 10, max: 109 }), (value, place) => {
      const text = encodeShare(value)
      const [left, right] = [text[place] as string, text[place + 1] as string]
      if (left === right || left === '-' || right === '-') return
      const exchanged = text.slice(0, place) + right + left + text.slice(place + 2)
      assert.throws(() => decodeShare(exchanged), isMistyped)
    }),
  )
})

test('a share reads back however it is spaced and in either case', () => {
  fc.assert(
    fc.property(share, (value) => {
      const text = encodeShare(value)
      assert.deepEqual(decodeShare(text), value)
      assert.deepEqual(decodeShare(text.toUpperCase().replaceAll('-', ' ')), value)
      const lookalikes = text.slice(10).replaceAll('0', 'O').replaceAll('1', 'l')
      assert.deepEqual(decodeShare(`clv-share\n${lookalikes}\n`), value)
    }),
  )
})

test('no two bindings have one encoding', () => {
  const text = fc.string({ maxLength: 6 })
  const number = fc.nat(3)
  const binding: fc.Arbitrary<RecordBinding> = fc.oneof(
    fc.record({
      kind: fc.constant('material' as const),
      tenant: text,
      key: text,
      version: number,
      spec: text,
      purpose: text,
      generation: number,
    }),
    fc.record({ kind: fc.constant('tenant-kek' as const), tenant: text, version: number }),
    fc.record({ kind: fc.constant('own-kek' as const), tenant: text, version: number }),
    fc.record({ kind: fc.constant('integrity-key' as const), tenant: text }),
    fc.record({ kind: fc.constant('root' as const), generation: number, set: text }),
  )
  fc.assert(
    fc.property(binding, binding, (left, right) => {
      const same = Buffer.compare(encodeRecordBinding(left, 1), encodeRecordBinding(right, 1)) === 0
      const fields = (value: RecordBinding) =>
        JSON.stringify(
          value,
          Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1)),
        )
      assert.equal(same, fields(left) === fields(right))
    }),
    { numRuns: 500 },
  )
})

for (const target of fuzzTargets) {
  test(`${target.name}: prefixes and flipped bits end in a typed error or in a value`, () => {
    const attempt = (input: Uint8Array): void => {
      try {
        target.parse(input)
      } catch (error) {
        if (!target.isExpected(error)) throw error
      }
    }
    for (const seed of target.seeds) {
      target.parse(seed)
      for (let length = 0; length < seed.length; length++) attempt(seed.slice(0, length))
      for (let bit = 0; bit < seed.length * 8; bit++) {
        attempt(seed.with(bit >> 3, (seed[bit >> 3] as number) ^ (1 << (bit & 7))))
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt))
  })
}

function isMistyped(error: unknown): boolean {
  return error instanceof EnvelopeError && error.code === 'mistyped'
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bitLengthOf, compareNaturals, type Natural, WipedIntegers } from '../src/wiped-integers.ts'

/** Long runs of ones and zeros are where carries and guesses of quotients go wrong. */
const limb = fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff))
const natural = fc
  .array(limb, { maxLength: 40 })
  .map((limbs) => limbs.reduce((value, one) => (value << 16n) | BigInt(one), 0n))

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return Uint8Array.fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}

const bigOf = (value: Natural): bigint =>
  [...value].reduceRight((sum, one) => (sum << 16n) | BigInt(one), 0n)

test('naturals are computed with as BigInts are', () => {
  fc.assert(
    fc.property(natural, natural, (left, right) => {
      const integers = new WipedIntegers()
      const [a, b] = [integers.fromBytes(bytesOf(left)), integers.fromBytes(bytesOf(right))]
      assert.equal(bigOf(a), left)
      assert.equal(bigOf(integers.multiply(a, b)), left * right)
      assert.equal(Math.sign(compareNaturals(a, b)), left < right ? -1 : left > right ? 1 : 0)
      assert.equal(bitLengthOf(a), left === 0n ? 0 : left.toString(2).length)
      if (right > 0n) assert.equal(bigOf(integers.modulo(a, b)), left % right)
      else assert.throws(() => integers.modulo(a, b), RangeError)
      if (left >= right) assert.equal(bigOf(integers.subtract(a, b)), left - right)
      else assert.throws(() => integers.subtract(a, b), RangeError)
    }),
    { numRuns: 20_000 },
  )
})

test('the quotient whose guess is too high twice is right too', () => {
  // Knuth's case of step D6, scaled to limbs of 16 bits.
  const left = (0x7fffn << 48n) | (0x8000n << 32n)
  const right = (0x8000n << 32n) | 1n
  const integers = new WipedIntegers()
  const rest = integers.modulo(
    integers.fromBytes(bytesOf(left)),
    integers.fromBytes(bytesOf(right)),
  )
  assert.equal(bigOf(rest), left % right)
})

test('nothing is left of what was computed with', () => {
  const integers = new WipedIntegers()
  const secret = integers.fromBytes(new Uint8Array(128).fill(0xa5))
  const square = integers.multiply(secret, secret)
  const rest = integers.modulo(square, integers.fromBytes(new Uint8Array(100).fill(0x5a)))
  integers.wipe()
  for (const value of [secret, square, rest]) assert.ok(value.every((one) => one === 0))
})

import type { Random } from './random.ts'

export const INPUT_BYTES_MAX = 64 * 1024

const EDITS_MAX = 6
/** One input in so many grows towards the limit; more would leave no time for the others. */
const GROWTH_RARITY = 2_000
const INTERESTING = [0, 1, 2, 9, 0x0a, 0x1f, 0x20, 0x22, 0x5b, 0x5c, 0x7b, 0x7f, 0x80, 0xc0, 0xff]
const INTERESTING_WIDE = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000,
  0xffff_ffff,
]
const DECIMALS = [
  '-1',
  '0',
  '-0',
  '00',
  '1e9',
  '0.5',
  '256',
  '65536',
  '4294967296',
  '9007199254740993',
]

/** One mutated input; the same for the same generator and seeds. */
export function mutate(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes = seeds.length === 0 ? new Uint8Array() : random.pick(seeds)
  if (random.below(GROWTH_RARITY) === 0) bytes = grow(random, bytes)
  const edits = 1 + random.below(EDITS_MAX)
  for (let edit = 0; edit < edits; edit++) bytes = mutateOnce(random, bytes, seeds)
  // Parsers may keep or change what they are given; a seed must stay what it was.
  return seeds.includes(bytes) ? bytes.slice() : bytes.subarray(0, INPUT_BYTES_MAX)
}

function mutateOnce(random: Random, bytes: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array {
  const at = random.below(bytes.length + 1)
  const length = 1 + random.below(random.below(4) === 0 ? 64 : 8)
  switch (random.below(11)) {
    case 0:
      return change(bytes, (copy) => flip(copy, random))
    case 1:
      return change(bytes, (copy) => copy.fill(random.pick(INTERESTING), at, at + 1))
    case 2:
      return change(bytes, (copy) => copy.fill(random.below(256), at, at + 1))
    case 3:
      return change(bytes, (copy) => putWide(copy, random))
    case 4:
      return splice(bytes, at, 0, randomBytes(random, length))
    case 5:
      return splice(bytes, at, length, NOTHING)
    case 6:
      return splice(bytes, at, 0, bytes.subarray(at, at + length))
    case 7:
      return bytes.subarray(0, at)
    case 8:
      return splice(bytes, at, random.below(4), Buffer.from(random.pick(DECIMALS)))
    case 9:
      return splice(bytes, at, 0, Buffer.alloc(length, random.pick(INTERESTING)))
    default:
      return cross(bytes, at, random, seeds)
  }
}

const NOTHING = new Uint8Array()

function change(bytes: Uint8Array, edit: (copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes)
  edit(copy)
  return copy
}

function flip(bytes: Uint8Array, random: Random): void {
  if (bytes.length === 0) return
  const at = random.below(bytes.length)
  bytes[at] = (bytes[at] as number) ^ (1 << random.below(8))
}

/** A length or a count is two or four bytes in most formats, of either end. */
function putWide(bytes: Uint8Array, random: Random): void {
  if (bytes.length < 4) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = random.below(bytes.length - 3)
  const value = random.pick(INTERESTING_WIDE)
  const isLittle = random.below(2) === 0
  if (random.below(2) === 0) view.setUint16(at, value & 0xffff, isLittle)
  else view.setUint32(at, value, isLittle)
}

function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256))
}

function splice(bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array {
  const after = Math.min(bytes.length, at + removed)
  const result = new Uint8Array(at + put.length + bytes.length - after)
  result.set(bytes.subarray(0, at))
  result.set(put, at)
  result.set(bytes.subarray(after), at + put.length)
  return result
}

/** The beginning of one input and the end of another seed. */
function cross(
  bytes: Uint8Array,
  at: number,
  random: Random,
  seeds: readonly Uint8Array[],
): Uint8Array {
  const other = random.pick(seeds) ?? NOTHING
  return splice(bytes.subarray(0, at), at, 0, other.subarray(random.below(other.length + 1)))
}

/** Repeats a part of the input up to a length below the limit. */
function grow(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length)
  const part = bytes.subarray(at, at + 1 + random.below(32))
  const length = bytes.length + random.below(INPUT_BYTES_MAX - Math.min(bytes.length, 60_000))
  const result = new Uint8Array(length)
  result.set(bytes.subarray(0, at))
  for (let index = at; index < length; index++) {
    result[index] = part.length === 0 ? 0x5b : (part[(index - at) % part.length] as number)
  }
  return result
}

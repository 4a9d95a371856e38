// Natural numbers that can be zeroed: the parts of a private key must not become BigInts, which stay on V8's
// heap until it happens to be overwritten. Slow and not in constant time: for the one check of an imported key.

const LIMB_BITS = 16
const BASE = 1 << LIMB_BITS
const LIMB_MAX = BASE - 1

/** Little-endian limbs of 16 bits, without leading zeros: zero has none. */
export type Natural = Uint32Array

/** Makes numbers, and wipes every one of them at the end. */
export class WipedIntegers {
  readonly #made: Uint32Array[] = []

  /** @param bytes big-endian */
  fromBytes(bytes: Uint8Array): Natural {
    const limbs = this.#make(Math.ceil(bytes.length / 2))
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[bytes.length - 1 - index] as number
      const limb = index >> 1
      limbs[limb] = (limbs[limb] as number) | (byte << (8 * (index & 1)))
    }
    return trimmed(limbs)
  }

  /** `left - right`; never less than zero. */
  subtract(left: Natural, right: Natural): Natural {
    const limbs = this.#make(left.length)
    let borrow = 0
    for (let index = 0; index < left.length; index++) {
      const difference = (left[index] as number) - (right[index] ?? 0) - borrow
      borrow = difference < 0 ? 1 : 0
      limbs[index] = difference + borrow * BASE
    }
    if (borrow !== 0 || right.length > left.length)
      throw new RangeError('the difference is negative')
    return trimmed(limbs)
  }

  multiply(left: Natural, right: Natural): Natural {
    const limbs = this.#make(left.length + right.length)
    for (let index = 0; index < left.length; index++) {
      let carry = 0
      for (let other = 0; other < right.length; other++) {
        const sum =
          (left[index] as number) * (right[other] as number) +
          (limbs[index + other] as number) +
          carry
        carry = Math.floor(sum / BASE)
        limbs[index + other] = sum % BASE
      }
      limbs[index + right.length] = carry
    }
    return trimmed(limbs)
  }

  /** `left mod divisor`, by Knuth's algorithm D (The Art of Computer Programming 2, §4.3.1). */
  modulo(left: Natural, divisor: Natural): Natural {
    if (divisor.length === 0) throw new RangeError('division by zero')
    if (compareNaturals(left, divisor) < 0) return left
    if (divisor.length === 1) return this.#moduloLimb(left, divisor[0] as number)
    const shift = Math.clz32(divisor.at(-1) as number) - (32 - LIMB_BITS)
    const [rest, by] = [this.#shifted(left, shift), this.#shifted(divisor, shift)]
    const size = divisor.length
    for (let at = left.length - size; at >= 0; at--) reduce(rest, by, size, at)
    return this.#unshifted(rest.subarray(0, size), shift)
  }

  wipe(): void {
    for (const limbs of this.#made) limbs.fill(0)
    this.#made.length = 0
  }

  #moduloLimb(left: Natural, divisor: number): Natural {
    let rest = 0
    for (let index = left.length - 1; index >= 0; index--) {
      rest = (rest * BASE + (left[index] as number)) % divisor
    }
    const limbs = this.#make(1)
    limbs[0] = rest
    return trimmed(limbs)
  }

  /** With one limb more than it needs. */
  #shifted(value: Natural, shift: number): Uint32Array {
    const limbs = this.#make(value.length + 1)
    let carry = 0
    for (let index = 0; index < value.length; index++) {
      const wide = (value[index] as number) * 2 ** shift + carry
      limbs[index] = wide % BASE
      carry = Math.floor(wide / BASE)
    }
    limbs[value.length] = carry
    return limbs
  }

  #unshifted(value: Uint32Array, shift: number): Natural {
    const limbs = this.#make(value.length)
    for (let index = 0; index < value.length; index++) {
      const high = (value[index + 1] ?? 0) * BASE
      limbs[index] = Math.floor((high + (value[index] as number)) / 2 ** shift) % BASE
    }
    return trimmed(limbs)
  }

  /** Of a buffer of its own: V8 keeps small typed arrays on its heap, and leaves copies when it moves them. */
  #make(length: number): Uint32Array {
    const limbs = new Uint32Array(new ArrayBuffer(length * 4))
    this.#made.push(limbs)
    return limbs
  }
}

/** Takes the multiple of `by` that is in `rest` from limb `at` on away from it (steps D3 to D6). */
function reduce(rest: Uint32Array, by: Uint32Array, size: number, at: number): void {
  const top = by[size - 1] as number
  const next = by[size - 2] as number
  const high = (rest[at + size] as number) * BASE + (rest[at + size - 1] as number)
  let quotient = Math.min(Math.floor(high / top), LIMB_MAX)
  let remainder = high - quotient * top
  while (remainder < BASE && quotient * next > remainder * BASE + (rest[at + size - 2] as number)) {
    quotient--
    remainder += top
  }
  let borrow = 0
  for (let index = 0; index <= size; index++) {
    const taken = quotient * (index < size ? (by[index] as number) : 0) + borrow
    const difference = (rest[at + index] as number) - (taken % BASE)
    rest[at + index] = difference < 0 ? difference + BASE : difference
    borrow = Math.floor(taken / BASE) + (difference < 0 ? 1 : 0)
  }
  if (borrow === 0) return
  // Step D6: the guess was one too high.
  let carry = 0
  for (let index = 0; index <= size; index++) {
    const sum = (rest[at + index] as number) + (index < size ? (by[index] as number) : 0) + carry
    rest[at + index] = sum % BASE
    carry = sum >= BASE ? 1 : 0
  }
}

export function compareNaturals(left: Natural, right: Natural): number {
  if (left.length !== right.length) return left.length - right.length
  for (let index = left.length - 1; index >= 0; index--) {
    const difference = (left[index] as number) - (right[index] as number)
    if (difference !== 0) return difference
  }
  return 0
}

export function bitLengthOf(value: Natural): number {
  const top = value.at(-1)
  return top === undefined ? 0 : value.length * LIMB_BITS - (Math.clz32(top) - (32 - LIMB_BITS))
}

/** A view of the same limbs. */
function trimmed(limbs: Uint32Array): Natural {
  let { length } = limbs
  while (length > 0 && limbs[length - 1] === 0) length--
  return limbs.subarray(0, length)
}

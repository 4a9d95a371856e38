// Key derivation: HKDF (RFC 5869), the counter-mode KBKDF of SP 800-108r1 §4.1, the one-step KDF of
// SP 800-56Cr2 §4.1, and PBKDF2 (SP 800-132). HMAC, CMAC and the hashes are OpenSSL's.
import { hkdfSync, pbkdf2, pbkdf2Sync } from 'node:crypto'
import { concat, encodeUtf8 } from '@claviger/bytes'
import { invalidInput } from '../error.ts'
import {
  createHasher,
  hashBlockBytes,
  hashLengthBytes,
  type HashName,
  opensslHash,
} from '../hash.ts'
import { offHeapBytes } from '../off-heap.ts'
import { cmac, hmac } from './mac.ts'

const EMPTY = new Uint8Array()
// More than any key needs, and below every construction's own limit but HKDF's.
const OUTPUT_BYTES_MAX = 64 * 1024
const CMAC_BYTES = 16
const PBKDF2_ITERATIONS_MAX = 2 ** 24

export type Prf = {
  readonly lengthBytes: number
  compute(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array
}

export function hmacPrf(name: HashName): Prf {
  return {
    lengthBytes: hashLengthBytes(name),
    compute: (key, ...parts) => hmac(name, key, ...parts),
  }
}

export const cmacPrf: Prf = { lengthBytes: CMAC_BYTES, compute: cmac }

export function hkdf(
  name: HashName,
  secret: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  // RFC 5869 §2.3: L <= 255*HashLen.
  assertOutput(lengthBytes, 255 * hashLengthBytes(name))
  return new Uint8Array(hkdfSync(opensslHash(name), secret, salt, info, lengthBytes))
}

/** HKDF-Expand alone (RFC 5869 §2.3), for a secret that is a uniformly random key already. */
export function hkdfExpand(
  name: HashName,
  key: Uint8Array,
  info: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  const blockBytes = hashLengthBytes(name)
  assertOutput(lengthBytes, 255 * blockBytes)
  let previous: Uint8Array = EMPTY
  return collect(lengthBytes, blockBytes, (counter) => {
    previous = hmac(name, key, previous, info, Uint8Array.of(counter))
    return previous
  })
}

/** The fixed input of SP 800-108r1 §4.1: `Label || 0x00 || Context || [L]_32`, L in bits. */
export function kbkdfFixedInput(
  label: Uint8Array,
  context: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  return concat(label, Uint8Array.of(0), context, uint32(lengthBytes * 8))
}

/** Where SP 800-108r1 §4.1 lets the counter stand, and how many bits it has. */
export type CounterPlace = {
  readonly bits: 8 | 16 | 24 | 32
  /** Bytes of the fixed input that stand before the counter. */
  readonly offset: number
}

/** `K(i) = PRF(K, [i]_r placed in the fixed input)`; r is 32 and the counter first unless said otherwise. */
export function kbkdfCounter(
  prf: Prf,
  key: Uint8Array,
  fixedInput: Uint8Array,
  lengthBytes: number,
  place: CounterPlace = { bits: 32, offset: 0 },
): Uint8Array {
  assertOutput(lengthBytes, Math.min(2 ** place.bits - 1, OUTPUT_BYTES_MAX) * prf.lengthBytes)
  const before = fixedInput.subarray(0, place.offset)
  const after = fixedInput.subarray(place.offset)
  return collect(lengthBytes, prf.lengthBytes, (counter) =>
    prf.compute(key, before, uint32(counter).subarray(4 - place.bits / 8), after),
  )
}

/** `H([i]_32 || Z || FixedInfo)` (SP 800-56Cr2 §4.1, option 1). */
export function oneStepHash(
  name: HashName,
  secret: Uint8Array,
  fixedInfo: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  assertOutput(lengthBytes, OUTPUT_BYTES_MAX)
  return collect(lengthBytes, hashLengthBytes(name), (counter) => {
    const hasher = createHasher(name)
    for (const part of [uint32(counter), secret, fixedInfo]) hasher.update(part)
    return hasher.digest()
  })
}

/** `HMAC(salt, [i]_32 || Z || FixedInfo)` (option 2); the default salt is one hash block of zeros. */
export function oneStepHmac(
  name: HashName,
  secret: Uint8Array,
  salt: Uint8Array | undefined,
  fixedInfo: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  assertOutput(lengthBytes, OUTPUT_BYTES_MAX)
  const key = salt ?? new Uint8Array(hashBlockBytes(name))
  return collect(lengthBytes, hashLengthBytes(name), (counter) =>
    hmac(name, key, uint32(counter), secret, fixedInfo),
  )
}

export type Pbkdf2Options = {
  readonly hash: HashName
  readonly iterations: number
  readonly lengthBytes: number
}

export function pbkdf2Bytes(
  password: Uint8Array | string,
  salt: Uint8Array,
  options: Pbkdf2Options,
): Promise<Uint8Array> {
  assertPbkdf2(options)
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const secret = typeof password === 'string' ? encodeUtf8(password) : password
  const { iterations, lengthBytes, hash } = options
  pbkdf2(secret, salt, iterations, lengthBytes, opensslHash(hash), (error, derived) => {
    if (error === null) resolve(derived)
    else reject(invalidInput('password could not be stretched'))
  })
  return promise
}

export function pbkdf2BytesSync(
  password: Uint8Array | string,
  salt: Uint8Array,
  options: Pbkdf2Options,
): Uint8Array {
  assertPbkdf2(options)
  const { iterations, lengthBytes, hash } = options
  return pbkdf2Sync(password, salt, iterations, lengthBytes, opensslHash(hash))
}

function assertPbkdf2(options: Pbkdf2Options): void {
  assertOutput(options.lengthBytes, OUTPUT_BYTES_MAX)
  const { iterations } = options
  if (!Number.isSafeInteger(iterations) || iterations < 1 || iterations > PBKDF2_ITERATIONS_MAX) {
    throw invalidInput('iteration count is out of range')
  }
}

function assertOutput(lengthBytes: number, limitBytes: number): void {
  const limit = Math.min(limitBytes, OUTPUT_BYTES_MAX)
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > limit) {
    throw invalidInput('derived length is out of range')
  }
}

/** Joins blocks numbered from 1 and cuts the last one. */
function collect(
  lengthBytes: number,
  blockBytes: number,
  block: (counter: number) => Uint8Array,
): Uint8Array {
  const output = offHeapBytes(lengthBytes)
  let last: Uint8Array = EMPTY
  for (let counter = 1, offset = 0; offset < lengthBytes; counter++, offset += blockBytes) {
    // A block may be made from the one before it, which is cleared only then.
    const next = block(counter)
    last.fill(0)
    last = next
    output.set(next.subarray(0, lengthBytes - offset), offset)
  }
  last.fill(0)
  return output
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

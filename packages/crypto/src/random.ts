import { randomFillSync } from 'node:crypto'
import { invalidInput } from './error.ts'
import { offHeapBytes } from './off-heap.ts'

const POOL_BYTES = 16 * 1024
const POOLED_BYTES_MAX = 256
const LENGTH_BYTES_MAX = 16 * 1024 * 1024

// A call into OpenSSL's generator costs 2.7 µs however few bytes it asks for; drawing many at once makes an
// IV cost tens of nanoseconds. INVARIANT: a pool byte is handed out once and zeroed as it leaves.
const pool = new Uint8Array(POOL_BYTES)
let poolOffset = POOL_BYTES

/** Fresh random bytes from OpenSSL's generator, in an array of their own. For IVs, salts and names: not for keys. */
export function randomBytes(length: number): Uint8Array {
  assertLength(length)
  const bytes = new Uint8Array(length)
  if (length > POOLED_BYTES_MAX) return randomFillSync(bytes)
  if (poolOffset + length > POOL_BYTES) {
    randomFillSync(pool)
    poolOffset = 0
  }
  for (let index = 0; index < length; index++) {
    bytes[index] = pool[poolOffset] as number
    pool[poolOffset++] = 0
  }
  return bytes
}

/** Fresh random bytes for a key: drawn directly, never through the pool, into memory outside V8's heap. */
export function randomSecret(length: number): Uint8Array {
  assertLength(length)
  return randomFillSync(offHeapBytes(length))
}

function assertLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0 || length > LENGTH_BYTES_MAX) {
    throw invalidInput('random length is out of range')
  }
}

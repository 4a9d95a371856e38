import { type Argon2Parameters, argon2, secureHeapUsed } from 'node:crypto'
import { invalidInput } from '../error.ts'
import { noble } from '../noble.ts'

export type Argon2Options = {
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
  readonly lengthBytes: number
}

// RFC 9106 §3.1's floors, and ceilings that keep a stored parameter from exhausting the machine.
const SALT_BYTES_MIN = 8
const SALT_BYTES_MAX = 1024
const MEMORY_KIB_MAX = 2 * 1024 * 1024
const PASSES_MAX = 64
const PARALLELISM_MAX = 64
const LENGTH_BYTES_MIN = 4
const LENGTH_BYTES_MAX = 1024

/**
 * Argon2id (RFC 9106), on the thread pool: tens to hundreds of milliseconds. Where the process has a secure
 * heap, OpenSSL takes Argon2's memory from it and finds too little, so noble does it: a second and more, in
 * slices that let others run.
 */
export async function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  options: Argon2Options,
): Promise<Uint8Array> {
  const parameters = parametersOf(password, salt, options)
  if (secureHeapUsed().total > 0) {
    const { passes: t, memoryKiB: m, parallelism: p, lengthBytes: dkLen } = options
    return noble
      .argon2()
      .argon2idAsync(password, salt, { t, m, p, dkLen, maxmem: MEMORY_KIB_MAX * 1024 })
  }
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  argon2('argon2id', parameters, (error, derived) => {
    if (error === null) resolve(derived)
    else reject(new Error('OpenSSL did not stretch the password'))
  })
  return promise
}

function parametersOf(
  password: Uint8Array,
  salt: Uint8Array,
  options: Argon2Options,
): Argon2Parameters {
  const { memoryKiB, passes, parallelism, lengthBytes } = options
  assertWithin(parallelism, 1, PARALLELISM_MAX)
  // RFC 9106 §3.1: at least 8 KiB a lane.
  assertWithin(memoryKiB, 8 * parallelism, MEMORY_KIB_MAX)
  assertWithin(passes, 1, PASSES_MAX)
  assertWithin(lengthBytes, LENGTH_BYTES_MIN, LENGTH_BYTES_MAX)
  assertWithin(salt.length, SALT_BYTES_MIN, SALT_BYTES_MAX)
  const memory = memoryKiB
  return { message: password, nonce: salt, parallelism, tagLength: lengthBytes, memory, passes }
}

function assertWithin(value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw invalidInput('argon2 parameter is out of range')
  }
}

import { type Argon2Parameters, argon2, argon2Sync } from 'node:crypto'
import { invalidInput } from '../error.ts'

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

/** Argon2id (RFC 9106), on the thread pool: tens to hundreds of milliseconds. */
export function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  options: Argon2Options,
): Promise<Uint8Array> {
  const parameters = parametersOf(password, salt, options)
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  argon2('argon2id', parameters, (error, derived) => {
    if (error === null) resolve(derived)
    else reject(invalidInput('password could not be stretched'))
  })
  return promise
}

/** The same, blocking: for a process that has nothing else to do yet. */
export function argon2idSync(
  password: Uint8Array,
  salt: Uint8Array,
  options: Argon2Options,
): Uint8Array {
  return argon2Sync('argon2id', parametersOf(password, salt, options))
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

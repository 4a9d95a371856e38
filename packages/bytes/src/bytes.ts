import { BytesError } from './error.ts'

/** Joins `parts` into one new array of exactly their total length. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/**
 * A new array with the same bytes. `bytes.slice()` is not that: of a Buffer, which is a Uint8Array too, it is a
 * view, and zeroing one zeroes the other.
 */
export function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Orders by unsigned bytes, a prefix before what it begins: -1, 0 or 1. Not constant-time. */
export function compare(left: Uint8Array, right: Uint8Array): -1 | 0 | 1 {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const difference = (left[index] as number) - (right[index] as number)
    if (difference !== 0) return difference < 0 ? -1 : 1
  }
  if (left.length === right.length) return 0
  return left.length < right.length ? -1 : 1
}

/**
 * Whether two byte strings are equal, in time that depends on their lengths only. Lengths are not secret
 * here: a MAC, a digest or a token has the length its format fixes.
 */
export function constantTimeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) {
    difference |= (left[index] as number) ^ (right[index] as number)
  }
  return difference === 0
}

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 bytes of `text`; refuses lone surrogates, which have no UTF-8 form (RFC 3629 §3). */
export function encodeUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) {
    throw new BytesError('invalid-encoding', 'text holds a lone surrogate; remove it')
  }
  return encoder.encode(text)
}

/** The text that `bytes` encode; refuses malformed UTF-8 and keeps a byte order mark as a character. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    throw new BytesError('invalid-encoding', 'bytes are not UTF-8')
  }
}

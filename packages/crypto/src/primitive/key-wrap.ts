// AES key wrap without padding, KW, and with, KWP (SP 800-38F §6.2 and §6.3; RFC 3394, RFC 5649).
//
// OpenSSL unwraps an empty ciphertext to an empty key without complaint; the length rules of SP 800-38F §5.3.1
// are therefore checked here.
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concat } from '@claviger/bytes'
import { authenticationFailed, invalidInput } from '../error.ts'
import { offHeapBytes } from '../off-heap.ts'

const SEMIBLOCK_BYTES = 8
const KW_IV = Uint8Array.fromHex('a6a6a6a6a6a6a6a6')
const KWP_IV = Uint8Array.fromHex('a65959a6')
// Far below the standard's 2^32; larger than any key.
const WRAP_BYTES_MAX = 1024 * 1024

/** KW: `material` is 16 bytes or more, in whole semiblocks of 8; the result is 8 bytes longer. */
export function wrapKw(key: Uint8Array, material: Uint8Array): Uint8Array {
  if (material.length < 2 * SEMIBLOCK_BYTES || material.length % SEMIBLOCK_BYTES !== 0) {
    throw invalidInput('key wrap without padding takes whole 8-byte blocks, two or more')
  }
  return wrap('wrap', KW_IV, key, material)
}

export function unwrapKw(key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  if (wrapped.length < 3 * SEMIBLOCK_BYTES) throw authenticationFailed()
  return unwrap('wrap', KW_IV, key, wrapped)
}

/** KWP: `material` is one byte or more. */
export function wrapKwp(key: Uint8Array, material: Uint8Array): Uint8Array {
  if (material.length < 1) throw invalidInput('nothing to wrap')
  return wrap('wrap-pad', KWP_IV, key, material)
}

export function unwrapKwp(key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  if (wrapped.length < 2 * SEMIBLOCK_BYTES) throw authenticationFailed()
  return unwrap('wrap-pad', KWP_IV, key, wrapped)
}

function wrap(mode: string, iv: Uint8Array, key: Uint8Array, material: Uint8Array): Uint8Array {
  if (material.length > WRAP_BYTES_MAX) throw invalidInput('material is too long to wrap')
  const cipher = createCipheriv(`id-aes${key.length * 8}-${mode}`, key, iv)
  return concat(cipher.update(material), cipher.final())
}

function unwrap(mode: string, iv: Uint8Array, key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  if (wrapped.length % SEMIBLOCK_BYTES !== 0 || wrapped.length > WRAP_BYTES_MAX + 16) {
    throw authenticationFailed()
  }
  const decipher = createDecipheriv(`id-aes${key.length * 8}-${mode}`, key, iv)
  let head: Uint8Array | undefined
  try {
    head = decipher.update(wrapped)
    const tail = decipher.final()
    if (head.length + tail.length === 0) throw authenticationFailed()
    // SAFETY: this is the caller's copy of the key; OpenSSL's output is zeroed below.
    const unwrapped = offHeapBytes(head.length + tail.length)
    unwrapped.set(head)
    unwrapped.set(tail, head.length)
    return unwrapped
  } catch {
    throw authenticationFailed()
  } finally {
    head?.fill(0)
  }
}

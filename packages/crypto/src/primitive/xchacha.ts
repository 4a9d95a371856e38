import { authenticationFailed, invalidInput } from '../error.ts'
import { noble } from '../noble.ts'

const NONCE_BYTES = 24

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), @noble/ciphers': OpenSSL has none. `encrypted || tag`. */
export function sealXChaCha20(
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  aad?: Uint8Array,
): Uint8Array {
  if (iv.length !== NONCE_BYTES) throw invalidInput('iv has the wrong length')
  return noble.chacha().xchacha20poly1305(key, iv, aad).encrypt(plaintext)
}

export function openXChaCha20(
  key: Uint8Array,
  iv: Uint8Array,
  sealed: Uint8Array,
  aad?: Uint8Array,
): Uint8Array {
  if (iv.length !== NONCE_BYTES) throw invalidInput('iv has the wrong length')
  try {
    return noble.chacha().xchacha20poly1305(key, iv, aad).decrypt(sealed)
  } catch {
    throw authenticationFailed()
  }
}

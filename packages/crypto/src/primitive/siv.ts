import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto'
import { concat } from '@claviger/bytes'
import { authenticationFailed, invalidKey } from '../error.ts'

const SIV_BYTES = 16

/**
 * AES-SIV (RFC 5297), OpenSSL's: `siv(16) || encrypted`. Deterministic; `associated` is the vector of §2.4, a
 * nonce being its last member. The key is two AES keys.
 */
export function sealSiv(
  key: Uint8Array,
  associated: readonly Uint8Array[],
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(sivName(key), key, null as never, { authTagLength: SIV_BYTES })
  for (const part of associated) cipher.setAAD(part)
  const encrypted = concat(cipher.update(plaintext), cipher.final())
  return concat(cipher.getAuthTag(), encrypted)
}

export function openSiv(
  key: Uint8Array,
  associated: readonly Uint8Array[],
  sealed: Uint8Array,
): Uint8Array {
  if (sealed.length < SIV_BYTES) throw authenticationFailed()
  const decipher = createDecipheriv(sivName(key), key, null as never, { authTagLength: SIV_BYTES })
  try {
    decipher.setAuthTag(sealed.subarray(0, SIV_BYTES))
    for (const part of associated) decipher.setAAD(part)
    const plaintext = decipher.update(sealed.subarray(SIV_BYTES))
    // Nothing is left for final() to return; it verifies.
    decipher.final()
    return plaintext
  } catch {
    throw authenticationFailed()
  }
}

function sivName(key: Uint8Array): CipherGCMTypes {
  if (key.length !== 32 && key.length !== 48 && key.length !== 64) {
    throw invalidKey('an AES-SIV key is 32, 48 or 64 bytes')
  }
  return `aes-${key.length * 4}-siv` as CipherGCMTypes
}

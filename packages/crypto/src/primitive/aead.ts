// Authenticated encryption: AES-GCM (SP 800-38D), AES-GCM-SIV (RFC 8452), AES-CCM (SP 800-38C) and
// ChaCha20-Poly1305 (RFC 8439), all OpenSSL's. A ciphertext is `encrypted || tag`.
import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto'
import { authenticationFailed, invalidInput } from '../error.ts'

export type AeadMode = 'gcm' | 'gcm-siv' | 'ccm' | 'chacha20-poly1305'

export type AeadOptions = {
  readonly aad?: Uint8Array | undefined
  /** 16 unless set; GCM allows 12 to 16 (SP 800-38D §5.2.1.2), CCM the even lengths from 4 (SP 800-38C §A.1). */
  readonly tagBytes?: number | undefined
}

const TAG_BYTES = 16
const GCM_TAG_BYTES_MIN = 12
const CCM_TAG_BYTES_MIN = 4
// OpenSSL's own limit on a GCM IV; SP 800-38D §5.2.1.1 would allow more.
const GCM_IV_BYTES_MAX = 128
/** The IV every one of them is made for. */
export const AEAD_IV_BYTES = 12

const NAMES: Record<AeadMode, (keyBytes: number) => string> = {
  gcm: gcmName,
  'gcm-siv': (keyBytes) => `aes-${keyBytes * 8}-gcm-siv`,
  ccm: (keyBytes) => `aes-${keyBytes * 8}-ccm`,
  'chacha20-poly1305': () => 'chacha20-poly1305',
}

function gcmName(keyBytes: number): string {
  if (keyBytes === 32) return 'aes-256-gcm'
  return keyBytes === 16 ? 'aes-128-gcm' : 'aes-192-gcm'
}

/** `encrypted || tag` under `key`; the caller answers for the IV's uniqueness. */
export function sealAead(
  mode: AeadMode,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  options: AeadOptions,
): Uint8Array {
  const tagBytes = options.tagBytes ?? TAG_BYTES
  assertLengths(mode, iv, tagBytes, plaintext.length)
  const name = NAMES[mode](key.length) as CipherGCMTypes
  const cipher = createCipheriv(name, key, iv, { authTagLength: tagBytes })
  if (options.aad !== undefined) {
    cipher.setAAD(options.aad, { plaintextLength: plaintext.length } as never)
  }
  const encrypted = cipher.update(plaintext)
  // Nothing is left for final() to return in these modes; it computes the tag.
  cipher.final()
  const sealed = new Uint8Array(encrypted.length + tagBytes)
  sealed.set(encrypted)
  sealed.set(cipher.getAuthTag(), encrypted.length)
  return sealed
}

/** The plaintext of `encrypted || tag`, or the one error for everything that does not verify. */
export function openAead(
  mode: AeadMode,
  key: Uint8Array,
  iv: Uint8Array,
  sealed: Uint8Array,
  options: AeadOptions,
): Uint8Array {
  const tagBytes = options.tagBytes ?? TAG_BYTES
  const length = sealed.length - tagBytes
  assertLengths(mode, iv, tagBytes, Math.max(length, 0))
  if (length < 0) throw authenticationFailed()
  const name = NAMES[mode](key.length) as CipherGCMTypes
  const decipher = createDecipheriv(name, key, iv, { authTagLength: tagBytes })
  try {
    decipher.setAuthTag(sealed.subarray(length))
    if (options.aad !== undefined)
      decipher.setAAD(options.aad, { plaintextLength: length } as never)
    const plaintext = decipher.update(sealed.subarray(0, length))
    // INVARIANT: plaintext leaves this function only after final() verified the tag.
    decipher.final()
    return plaintext
  } catch {
    throw authenticationFailed()
  }
}

function assertLengths(mode: AeadMode, iv: Uint8Array, tagBytes: number, length: number): void {
  switch (mode) {
    case 'gcm':
      if (iv.length < 1 || iv.length > GCM_IV_BYTES_MAX)
        throw invalidInput('iv has the wrong length')
      if (tagBytes < GCM_TAG_BYTES_MIN || tagBytes > TAG_BYTES) throw wrongTag()
      return
    case 'ccm': {
      // n + q = 15 with n the nonce and q the length field (SP 800-38C §A.1).
      if (iv.length < 7 || iv.length > 13) throw invalidInput('iv has the wrong length')
      if (tagBytes < CCM_TAG_BYTES_MIN || tagBytes > TAG_BYTES || tagBytes % 2 !== 0)
        throw wrongTag()
      if (length >= 2 ** (8 * (15 - iv.length))) throw invalidInput('data is too long for this iv')
      return
    }
    case 'gcm-siv':
    case 'chacha20-poly1305':
      if (iv.length !== AEAD_IV_BYTES) throw invalidInput('iv has the wrong length')
      if (tagBytes !== TAG_BYTES) throw wrongTag()
      return
  }
}

function wrongTag(): Error {
  return invalidInput('tag length is not one this mechanism allows')
}

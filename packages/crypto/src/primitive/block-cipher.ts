// Confidentiality modes without authentication: ECB, CBC, CTR (SP 800-38A) and XTS (SP 800-38E). Offered for
// peers that need them; nothing here notices a changed ciphertext.
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { authenticationFailed, invalidInput } from '../error.ts'
import { offHeapBytes } from '../off-heap.ts'

export type BlockMode = 'ecb' | 'cbc' | 'ctr' | 'xts'
export type BlockPadding = 'pkcs7' | 'none'

const BLOCK_BYTES = 16
// SP 800-38E §4: no data unit is longer than 2^20 blocks.
const XTS_BYTES_MAX = 2 ** 20 * BLOCK_BYTES

/** How many bytes of IV (XTS: of tweak) the mode takes. */
export function blockIvBytes(mode: BlockMode): number {
  return mode === 'ecb' ? 0 : BLOCK_BYTES
}

export function encryptBlocks(
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  padding: BlockPadding,
): Uint8Array {
  assertLengths(mode, iv, plaintext.length, padding === 'none')
  const cipher = createCipheriv(cipherName(mode, key), key, mode === 'ecb' ? null : iv)
  cipher.setAutoPadding(padding === 'pkcs7')
  return join(cipher.update(plaintext), cipher.final())
}

export function decryptBlocks(
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  padding: BlockPadding,
): Uint8Array {
  assertLengths(mode, iv, ciphertext.length, true)
  const decipher = createDecipheriv(cipherName(mode, key), key, mode === 'ecb' ? null : iv)
  decipher.setAutoPadding(padding === 'pkcs7')
  try {
    return join(decipher.update(ciphertext), decipher.final())
  } catch {
    throw authenticationFailed()
  }
}

function cipherName(mode: BlockMode, key: Uint8Array): string {
  // An XTS key is two AES keys.
  const bits = mode === 'xts' ? key.length * 4 : key.length * 8
  return `aes-${bits}-${mode}`
}

function assertLengths(mode: BlockMode, iv: Uint8Array, length: number, whole: boolean): void {
  if (iv.length !== blockIvBytes(mode)) throw invalidInput('iv has the wrong length')
  switch (mode) {
    case 'ecb':
    case 'cbc':
      if (whole && length % BLOCK_BYTES !== 0) throw invalidInput('data is not whole blocks')
      return
    case 'xts':
      if (length < BLOCK_BYTES || length > XTS_BYTES_MAX) {
        throw invalidInput('data unit is shorter than one block or longer than 2^20')
      }
      return
    case 'ctr':
      return
  }
}

function join(body: Uint8Array, end: Uint8Array): Uint8Array {
  if (end.length === 0) return body
  // SAFETY: a plaintext may be a key.
  const whole = offHeapBytes(body.length + end.length)
  whole.set(body)
  whole.set(end, body.length)
  body.fill(0)
  end.fill(0)
  return whole
}

import { admit } from '../admission.ts'
import { invalidInput } from '../error.ts'
import { type OpenKey, privateOf, publicOf, secretOf } from '../key.ts'
import type { EncryptMechanism } from '../mechanism.ts'
import { AEAD_IV_BYTES, type AeadMode, openAead, sealAead } from '../primitive/aead.ts'
import {
  blockIvBytes,
  type BlockMode,
  type BlockPadding,
  decryptBlocks,
  encryptBlocks,
} from '../primitive/block-cipher.ts'
import {
  decryptOaep,
  decryptPkcs1,
  encryptOaep,
  encryptPkcs1,
} from '../primitive/rsa-encryption.ts'
import type { HashName } from '../hash.ts'
import { randomBytes } from '../random.ts'
import type { Awaitable } from './awaitable.ts'

export type EncryptInput = {
  readonly plaintext: Uint8Array
  /** Additional authenticated data; for RSA-OAEP, the label. Refused where the mechanism has neither. */
  readonly aad?: Uint8Array
  /** Drawn at random when left out. The caller answers for the uniqueness of one it gives. */
  readonly iv?: Uint8Array
  /** AES-GCM and AES-CCM only; 16 when left out. */
  readonly tagBytes?: number
  /** AES-CBC and AES-ECB only; 'pkcs7' when left out. */
  readonly padding?: BlockPadding
}

export type DecryptInput = {
  /** `encrypted || tag` for the authenticated mechanisms. */
  readonly ciphertext: Uint8Array
  readonly aad?: Uint8Array
  readonly iv?: Uint8Array
  readonly tagBytes?: number
  readonly padding?: BlockPadding
}

/** `iv` is empty for mechanisms that have none (AES-ECB, RSA). */
export type Encrypted = { readonly iv: Uint8Array; readonly ciphertext: Uint8Array }

type Scheme =
  | { readonly kind: 'aead'; readonly mode: AeadMode }
  | { readonly kind: 'blocks'; readonly mode: BlockMode }
  | { readonly kind: 'oaep'; readonly hash: HashName }
  | { readonly kind: 'pkcs1' }

const EMPTY = new Uint8Array()

const schemes: { readonly [Name in EncryptMechanism]: Scheme } = {
  'aes-gcm': { kind: 'aead', mode: 'gcm' },
  'aes-gcm-siv': { kind: 'aead', mode: 'gcm-siv' },
  'aes-ccm': { kind: 'aead', mode: 'ccm' },
  'chacha20-poly1305': { kind: 'aead', mode: 'chacha20-poly1305' },
  'aes-ctr': { kind: 'blocks', mode: 'ctr' },
  'aes-cbc': { kind: 'blocks', mode: 'cbc' },
  'aes-ecb': { kind: 'blocks', mode: 'ecb' },
  'aes-xts': { kind: 'blocks', mode: 'xts' },
  'rsa-oaep-sha1': { kind: 'oaep', hash: 'sha1' },
  'rsa-oaep-sha256': { kind: 'oaep', hash: 'sha256' },
  'rsa-oaep-sha384': { kind: 'oaep', hash: 'sha384' },
  'rsa-oaep-sha512': { kind: 'oaep', hash: 'sha512' },
  'rsa-pkcs1': { kind: 'pkcs1' },
}

/** Encrypts under a symmetric key or to a public one. Always at once: these are fast everywhere. */
export function encrypt(key: OpenKey, mechanism: EncryptMechanism, input: EncryptInput): Encrypted {
  admit(key, mechanism, 'encrypt')
  const scheme = schemes[mechanism]
  assertOptions(scheme, input)
  switch (scheme.kind) {
    case 'aead': {
      const iv = input.iv ?? randomBytes(AEAD_IV_BYTES)
      return { iv, ciphertext: sealAead(scheme.mode, secretOf(key), iv, input.plaintext, input) }
    }
    case 'blocks': {
      const iv = input.iv ?? randomBytes(blockIvBytes(scheme.mode))
      const padding = input.padding ?? 'pkcs7'
      return {
        iv,
        ciphertext: encryptBlocks(scheme.mode, secretOf(key), iv, input.plaintext, padding),
      }
    }
    case 'oaep': {
      const ciphertext = encryptOaep(publicOf(key), scheme.hash, input.plaintext, input.aad)
      return { iv: EMPTY, ciphertext }
    }
    case 'pkcs1':
      return { iv: EMPTY, ciphertext: encryptPkcs1(publicOf(key), input.plaintext) }
  }
}

/** Decrypts; a promise for RSA-OAEP only. Every failure is the one 'authentication-failed'. */
export function decrypt(
  key: OpenKey,
  mechanism: EncryptMechanism,
  input: DecryptInput,
): Awaitable<Uint8Array> {
  admit(key, mechanism, 'encrypt')
  const scheme = schemes[mechanism]
  assertOptions(scheme, input)
  switch (scheme.kind) {
    case 'aead':
      if (input.iv === undefined) throw invalidInput('iv is missing')
      return openAead(scheme.mode, secretOf(key), input.iv, input.ciphertext, input)
    case 'blocks': {
      const padding = input.padding ?? 'pkcs7'
      return decryptBlocks(scheme.mode, secretOf(key), input.iv ?? EMPTY, input.ciphertext, padding)
    }
    case 'oaep':
      return decryptOaep(privateOf(key), scheme.hash, input.ciphertext, input.aad)
    case 'pkcs1':
      return decryptPkcs1(privateOf(key), input.ciphertext)
  }
}

/** An option that would be ignored is refused: the caller believes it is honoured. */
function assertOptions(scheme: Scheme, input: EncryptInput | DecryptInput): void {
  const { kind } = scheme
  if (input.aad !== undefined && kind !== 'aead' && kind !== 'oaep') {
    throw invalidInput('mechanism takes no additional data')
  }
  if (input.tagBytes !== undefined && kind !== 'aead') throw invalidInput('mechanism has no tag')
  if (input.padding !== undefined && kind !== 'blocks')
    throw invalidInput('mechanism takes no padding')
  if (input.iv !== undefined && input.iv.length > 0 && (kind === 'oaep' || kind === 'pkcs1')) {
    throw invalidInput('mechanism takes no iv')
  }
}

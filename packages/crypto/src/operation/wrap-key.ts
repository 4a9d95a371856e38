import { concat } from '@claviger/bytes'
import { admit } from '../admission.ts'
import { authenticationFailed, invalidInput } from '../error.ts'
import type { HashName } from '../hash.ts'
import { type OpenKey, privateOf, publicOf, secretOf } from '../key.ts'
import type { WrapMechanism } from '../mechanism.ts'
import { AEAD_IV_BYTES, openAead, sealAead } from '../primitive/aead.ts'
import { unwrapKw, unwrapKwp, wrapKw, wrapKwp } from '../primitive/key-wrap.ts'
import { decryptOaep, encryptOaep } from '../primitive/rsa-encryption.ts'
import { randomBytes, randomSecret } from '../random.ts'
import type { Awaitable } from './awaitable.ts'

export type WrapOptions = {
  /** AES-GCM only. */
  readonly aad?: Uint8Array
}

const WRAPPING_KEY_BYTES = 32

/**
 * Wraps key material.
 *
 * AES-GCM gives `iv(12) || encrypted || tag(16)`, the RSA-AES-KWP pair of PKCS #11 CKM_RSA_AES_KEY_WRAP
 * `OAEP(AES-256 key) || KWP(material)`, the others what their standards say.
 */
export function wrapKey(
  key: OpenKey,
  mechanism: WrapMechanism,
  material: Uint8Array,
  options: WrapOptions = {},
): Uint8Array {
  admit(key, mechanism, 'wrap')
  assertOptions(mechanism, options)
  switch (mechanism) {
    case 'aes-kw':
      return wrapKw(secretOf(key), material)
    case 'aes-kwp':
      return wrapKwp(secretOf(key), material)
    case 'aes-gcm': {
      const iv = randomBytes(AEAD_IV_BYTES)
      return concat(iv, sealAead('gcm', secretOf(key), iv, material, options))
    }
    case 'rsa-oaep-sha1':
    case 'rsa-oaep-sha256':
    case 'rsa-oaep-sha384':
    case 'rsa-oaep-sha512':
      return encryptOaep(publicOf(key), oaepHash(mechanism), material)
    case 'rsa-aes-kwp-sha1':
    case 'rsa-aes-kwp-sha256': {
      const wrappingKey = randomSecret(WRAPPING_KEY_BYTES)
      const wrapped = wrapKwp(wrappingKey, material)
      const encrypted = encryptOaep(publicOf(key), oaepHash(mechanism), wrappingKey)
      wrappingKey.fill(0)
      return concat(encrypted, wrapped)
    }
  }
}

/** Unwraps; a promise for the RSA mechanisms. Every failure is the one 'authentication-failed'. */
export function unwrapKey(
  key: OpenKey,
  mechanism: WrapMechanism,
  wrapped: Uint8Array,
  options: WrapOptions = {},
): Awaitable<Uint8Array> {
  admit(key, mechanism, 'wrap')
  assertOptions(mechanism, options)
  switch (mechanism) {
    case 'aes-kw':
      return unwrapKw(secretOf(key), wrapped)
    case 'aes-kwp':
      return unwrapKwp(secretOf(key), wrapped)
    case 'aes-gcm': {
      if (wrapped.length < AEAD_IV_BYTES) throw authenticationFailed()
      const iv = wrapped.subarray(0, AEAD_IV_BYTES)
      return openAead('gcm', secretOf(key), iv, wrapped.subarray(AEAD_IV_BYTES), options)
    }
    case 'rsa-oaep-sha1':
    case 'rsa-oaep-sha256':
    case 'rsa-oaep-sha384':
    case 'rsa-oaep-sha512':
      return decryptOaep(privateOf(key), oaepHash(mechanism), wrapped)
    case 'rsa-aes-kwp-sha1':
    case 'rsa-aes-kwp-sha256':
      return unwrapRsaAesKwp(key, oaepHash(mechanism), wrapped)
  }
}

async function unwrapRsaAesKwp(
  key: OpenKey,
  hash: HashName,
  wrapped: Uint8Array,
): Promise<Uint8Array> {
  const privateKey = privateOf(key)
  const modulusBytes = (privateKey.asymmetricKeyDetails?.modulusLength as number) / 8
  if (wrapped.length < modulusBytes) throw authenticationFailed()
  const wrappingKey = await decryptOaep(privateKey, hash, wrapped.subarray(0, modulusBytes))
  try {
    // PKCS #11 §6.1.27 lets the sender choose any AES key size.
    if (wrappingKey.length !== 16 && wrappingKey.length !== 24 && wrappingKey.length !== 32) {
      throw authenticationFailed()
    }
    return unwrapKwp(wrappingKey, wrapped.subarray(modulusBytes))
  } finally {
    wrappingKey.fill(0)
  }
}

function oaepHash(mechanism: WrapMechanism): HashName {
  return mechanism.slice(mechanism.lastIndexOf('-') + 1) as HashName
}

function assertOptions(mechanism: WrapMechanism, options: WrapOptions): void {
  if (options.aad !== undefined && mechanism !== 'aes-gcm') {
    throw invalidInput('mechanism takes no additional data')
  }
}

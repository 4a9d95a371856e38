// RSAES-OAEP and RSAES-PKCS1-v1_5 (RFC 8017 §7), OpenSSL's. The mask generation hash is the OAEP hash.
//
// OpenSSL answers a badly padded PKCS#1 v1.5 ciphertext with pseudorandom bytes instead of an error
// (implicit rejection), so a caller learns nothing from it; that is left on.
import { constants, type KeyObject, privateDecrypt, publicEncrypt, webcrypto } from 'node:crypto'
import { authenticationFailed, invalidInput } from '../error.ts'
import { type HashName, opensslHash } from '../hash.ts'

const WEB_HASHES: Partial<Record<HashName, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

export function encryptOaep(
  key: KeyObject,
  name: HashName,
  plaintext: Uint8Array,
  label?: Uint8Array,
): Uint8Array {
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const oaepHash = opensslHash(name)
  return encryptWith({ key, padding, oaepHash, ...(label && { oaepLabel: label }) }, plaintext)
}

export function encryptPkcs1(key: KeyObject, plaintext: Uint8Array): Uint8Array {
  return encryptWith({ key, padding: constants.RSA_PKCS1_PADDING }, plaintext)
}

/** Blocks for a private-key operation; the self-tests and the hashes WebCrypto lacks use it. */
export function decryptOaepSync(
  key: KeyObject,
  name: HashName,
  ciphertext: Uint8Array,
  label?: Uint8Array,
): Uint8Array {
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const oaepHash = opensslHash(name)
  try {
    return privateDecrypt(
      { key, padding, oaepHash, ...(label && { oaepLabel: label }) },
      ciphertext,
    )
  } catch {
    throw authenticationFailed()
  }
}

/** On the thread pool by way of WebCrypto: privateDecrypt has no callback form. */
export async function decryptOaep(
  key: KeyObject,
  name: HashName,
  ciphertext: Uint8Array,
  label?: Uint8Array,
): Promise<Uint8Array> {
  const webHash = WEB_HASHES[name]
  if (webHash === undefined) return decryptOaepSync(key, name, ciphertext, label)
  try {
    const algorithm = { name: 'RSA-OAEP', hash: webHash }
    const webKey = key.toCryptoKey(algorithm, false, ['decrypt'])
    const parameters = label === undefined ? { name: 'RSA-OAEP' } : { name: 'RSA-OAEP', label }
    const plaintext = await webcrypto.subtle.decrypt(
      parameters as never,
      webKey,
      ciphertext as never,
    )
    return new Uint8Array(plaintext)
  } catch {
    throw authenticationFailed()
  }
}

export function decryptPkcs1(key: KeyObject, ciphertext: Uint8Array): Uint8Array {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, ciphertext)
  } catch {
    throw authenticationFailed()
  }
}

function encryptWith(
  options: Parameters<typeof publicEncrypt>[0],
  plaintext: Uint8Array,
): Uint8Array {
  try {
    return publicEncrypt(options, plaintext)
  } catch {
    throw invalidInput('plaintext is too long for this rsa key and mechanism')
  }
}

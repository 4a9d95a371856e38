// Private keys as OpenSSL wrote them before PKCS #8: RSAPrivateKey (RFC 8017 §A.1.2) and ECPrivateKey (RFC 5915), and
// the encryption that PEM gave them (RFC 1421's headers with OpenSSL's EVP_BytesToKey).
import { concat } from '@claviger/bytes'
import { CryptoError, decryptKeyFile, hashRepeatedly } from '@claviger/crypto'
import { DerReader, TAG } from './der-reader.ts'
import { encodeElement, encodeNull, encodeOid } from './der-writer.ts'
import { KeyFileError, malformed, unsupported, wrongPassphrase } from './error.ts'
import { CIPHERS, OID } from './oid.ts'
import { Passphrase } from './passphrase.ts'
import { encodePrivateKeyInfo } from './pkcs8.ts'

const SALT_BYTES = 8

/** PKCS #1 to PrivateKeyInfo. */
export function pkcs8OfPkcs1(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der)
  if (reader.sequence().smallInteger() !== 0) throw malformed('an RSA key has an unknown version')
  reader.end()
  return encodePrivateKeyInfo([encodeOid(OID.rsaEncryption), encodeNull()], der)
}

/** SEC 1 to PrivateKeyInfo; the curve moves outside, where PKCS #8 has it. */
export function pkcs8OfSec1(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der)
  const body = reader.sequence()
  reader.end()
  if (body.smallInteger() !== 1) throw malformed('an elliptic-curve key has an unknown version')
  body.octetString()
  const curve = body.optionalExplicit(0)
  if (curve?.nextTag !== TAG.oid) throw unsupported('an elliptic-curve key names no curve')
  const parameters = encodeElement(TAG.oid, curve.element(TAG.oid))
  return encodePrivateKeyInfo([encodeOid(OID.ecPublicKey), parameters], der)
}

/**
 * What the headers of an encrypted block hide. @param info `AES-256-CBC,<iv in hexadecimal>`
 */
export function decryptTraditional(
  ciphertext: Uint8Array,
  info: string,
  text: string | undefined,
): Uint8Array {
  const [, name = '', ivHex = ''] = /^([A-Z0-9-]+),([0-9A-Fa-f]{16,32})$/.exec(info.trim()) ?? []
  const wanted = name.toLowerCase()
  const cipher = Object.values(CIPHERS).find((known) => known.name === wanted)
  if (cipher === undefined)
    throw unsupported(`it is encrypted with ${name}, which is not read here`)
  if (ivHex.length !== 2 * cipher.ivBytes)
    throw malformed('a block has no fit initialization vector')
  if (text === undefined) {
    throw new KeyFileError('passphrase-needed', 'a key is under a passphrase; give it')
  }
  const iv = Uint8Array.fromHex(ivHex)
  const passphrase = Passphrase.of(text)
  const key = bytesToKey(passphrase.utf8, iv.subarray(0, SALT_BYTES), cipher.keyBytes)
  try {
    return decryptKeyFile(cipher.name, key, iv, ciphertext)
  } catch (error) {
    if (error instanceof CryptoError) throw wrongPassphrase()
    throw error
  } finally {
    key.fill(0)
    passphrase.wipe()
  }
}

/** `MD5(passphrase || salt) || MD5(the digest before || passphrase || salt) || …`: one round, and no more. */
function bytesToKey(passphrase: Uint8Array, salt: Uint8Array, keyBytes: number): Uint8Array {
  const key = new Uint8Array(new ArrayBuffer(keyBytes))
  let digest: Uint8Array = new Uint8Array()
  for (let offset = 0; offset < keyBytes; offset += digest.length) {
    const input = concat(digest, passphrase, salt)
    digest.fill(0)
    digest = hashRepeatedly('md5', input, 1)
    input.fill(0)
    key.set(digest.subarray(0, keyBytes - offset), offset)
  }
  digest.fill(0)
  return key
}

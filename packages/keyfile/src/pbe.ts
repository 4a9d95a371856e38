// Encryption under a passphrase: PBES2 (RFC 8018 §6.2), PKCS #12's own (RFC 7292 §C) and PKCS #5 v1.5's
// (RFC 8018 §6.1). The old ones are read and never written. Refused by name: RC2, RC4, scrypt.
import { concat } from '@claviger/bytes'
import {
  CryptoError,
  decryptKeyFile,
  encryptKeyFile,
  hashLengthBytes,
  type HashName,
  hashRepeatedly,
  type KeyFileCipher,
  pbkdf2BytesSync,
  randomBytes,
} from '@claviger/crypto'
import { DerReader, TAG } from './der-reader.ts'
import {
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from './der-writer.ts'
import type { Effort } from './effort.ts'
import { malformed, unsupported, wrongPassphrase } from './error.ts'
import { CIPHERS, HMACS, OID, REFUSED_CIPHERS } from './oid.ts'
import type { Passphrase } from './passphrase.ts'
import { KDF_PURPOSE, pkcs12Kdf } from './pkcs12-kdf.ts'

const SALT_BYTES_MAX = 1024
const KEY_BYTES_MAX = 128
const SALT_BYTES = 16
const DES_BYTES = 8
/** DES as Triple DES with one key three times over, and two-key Triple DES with the first one again. */
const TRIPLE: Readonly<Record<number, readonly number[]>> = { 8: [0, 0, 0], 16: [0, 8, 0] }

/** How PKCS #12 encrypted before 2016: the bytes of Triple DES key that are derived. */
const PKCS12_TRIPLE_DES: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.12.1.3': 24,
  '1.2.840.113549.1.12.1.4': 16,
}
const PKCS5_DES: Readonly<Record<string, HashName | 'md5'>> = {
  '1.2.840.113549.1.5.3': 'md5',
  '1.2.840.113549.1.5.10': 'sha1',
}

export interface Opening {
  readonly passphrase: Passphrase
  readonly effort: Effort
}

/** @param algorithm what is inside an AlgorithmIdentifier. What comes out is the caller's to wipe. */
export function decryptPbe(
  algorithm: DerReader,
  ciphertext: Uint8Array,
  opening: Opening,
): Uint8Array {
  const oid = algorithm.oid()
  if (oid === OID.pbes2) return decryptPbes2(algorithm, ciphertext, opening)
  const tripleDesBytes = PKCS12_TRIPLE_DES[oid]
  if (tripleDesBytes !== undefined) {
    return decryptPkcs12(algorithm, ciphertext, opening, tripleDesBytes)
  }
  const hash = PKCS5_DES[oid]
  if (hash !== undefined) return decryptPkcs5(algorithm, ciphertext, opening, hash)
  throw refused(oid)
}

function refused(oid: string): Error {
  const name = Object.hasOwn(REFUSED_CIPHERS, oid) ? REFUSED_CIPHERS[oid] : oid
  return unsupported(`it is encrypted with ${name}, which is not read here`)
}

/** The OIDs in it are tables' own members, so that `__proto__` and its kin are no algorithm. */
function found<Entry>(table: Readonly<Record<string, Entry>>, oid: string): Entry {
  const entry = Object.hasOwn(table, oid) ? table[oid] : undefined
  if (entry === undefined) throw refused(oid)
  return entry
}

function decryptPbes2(parent: DerReader, ciphertext: Uint8Array, opening: Opening): Uint8Array {
  const parameters = parent.sequence()
  parent.end()
  const derivation = parameters.sequence()
  const encryption = parameters.sequence()
  parameters.end()
  const cipher = found(CIPHERS, encryption.oid())
  const iv = encryption.octetString()
  encryption.end()
  const key = derivePbkdf2(derivation, opening, cipher.keyBytes)
  return decrypt(cipher.name, { key, iv, ivBytes: cipher.ivBytes }, ciphertext)
}

/**
 * @param derivation what is inside the AlgorithmIdentifier of a key derivation
 * @param expected how long the key must be; absent: as it says
 */
export function derivePbkdf2(
  derivation: DerReader,
  { passphrase, effort }: Opening,
  expected?: number,
): Uint8Array {
  const oid = derivation.oid()
  if (oid !== OID.pbkdf2) throw refused(oid)
  const parameters = derivation.sequence()
  derivation.end()
  const salt = boundedSalt(parameters.octetString())
  const iterations = parameters.smallInteger()
  const stated = parameters.nextTag === TAG.integer ? parameters.smallInteger() : undefined
  const lengthBytes = expected ?? stated
  if (
    lengthBytes === undefined ||
    (stated ?? lengthBytes) !== lengthBytes ||
    lengthBytes > KEY_BYTES_MAX
  ) {
    throw malformed('a key has not the length it needs')
  }
  const hash = parameters.isAtEnd ? 'sha1' : found(HMACS, parameters.sequence().oid())
  parameters.end()
  effort.spend(iterations * Math.ceil(lengthBytes / hashLengthBytes(hash)))
  return pbkdf2BytesSync(passphrase.utf8, salt, { hash, iterations, lengthBytes })
}

function decryptPkcs12(
  algorithm: DerReader,
  ciphertext: Uint8Array,
  { passphrase, effort }: Opening,
  keyBytes: number,
): Uint8Array {
  const { salt, iterations } = saltAndIterations(algorithm)
  effort.spend(2 * iterations)
  const derive = (purpose: number, lengthBytes: number): Uint8Array =>
    pkcs12Kdf(passphrase.bmp, salt, { hash: 'sha1', purpose, iterations, lengthBytes })
  const key = tripled(derive(KDF_PURPOSE.key, keyBytes))
  return decrypt(
    'des-ede3-cbc',
    { key, iv: derive(KDF_PURPOSE.iv, DES_BYTES), ivBytes: DES_BYTES },
    ciphertext,
  )
}

function decryptPkcs5(
  algorithm: DerReader,
  ciphertext: Uint8Array,
  { passphrase, effort }: Opening,
  hash: HashName | 'md5',
): Uint8Array {
  const { salt, iterations } = saltAndIterations(algorithm)
  effort.spend(iterations)
  const start = concat(passphrase.utf8, salt)
  const digest = hashRepeatedly(hash, start, iterations)
  start.fill(0)
  const key = tripled(digest.slice(0, DES_BYTES))
  const iv = new Uint8Array(digest.subarray(DES_BYTES, 2 * DES_BYTES))
  digest.fill(0)
  return decrypt('des-ede3-cbc', { key, iv, ivBytes: DES_BYTES }, ciphertext)
}

function tripled(key: Uint8Array): Uint8Array {
  const order = TRIPLE[key.length]
  if (order === undefined) return key
  const whole = concat(...order.map((at) => key.subarray(at, at + DES_BYTES)))
  key.fill(0)
  return whole
}

function saltAndIterations(algorithm: DerReader): { salt: Uint8Array; iterations: number } {
  const parameters = algorithm.sequence()
  algorithm.end()
  const salt = boundedSalt(parameters.octetString())
  const iterations = parameters.smallInteger()
  parameters.end()
  return { salt, iterations }
}

export function boundedSalt(salt: Uint8Array): Uint8Array {
  if (salt.length === 0 || salt.length > SALT_BYTES_MAX) throw malformed('a salt has no fit length')
  return salt
}

function decrypt(
  cipher: KeyFileCipher,
  { key, iv, ivBytes }: { key: Uint8Array; iv: Uint8Array; ivBytes: number },
  ciphertext: Uint8Array,
): Uint8Array {
  try {
    if (iv.length !== ivBytes) throw malformed('an initialization vector has the wrong length')
    return decryptKeyFile(cipher, key, iv, ciphertext)
  } catch (error) {
    if (error instanceof CryptoError) throw wrongPassphrase()
    throw error
  } finally {
    key.fill(0)
  }
}

/** PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC: its AlgorithmIdentifier and the ciphertext. */
export function encryptPbes2(
  plaintext: Uint8Array,
  passphrase: Passphrase,
  iterations: number,
): { readonly algorithm: Uint8Array; readonly ciphertext: Uint8Array } {
  const salt = randomBytes(SALT_BYTES)
  const iv = randomBytes(16)
  const lengthBytes = 32
  const key = pbkdf2BytesSync(passphrase.utf8, salt, { hash: 'sha256', iterations, lengthBytes })
  const ciphertext = encryptKeyFile('aes-256-cbc', key, iv, plaintext)
  key.fill(0)
  const derivation = encodeSequence(
    encodeOid(OID.pbkdf2),
    encodeSequence(
      encodeOctetString(salt),
      encodeInteger(iterations),
      encodeSequence(encodeOid(OID.hmacSha256), encodeNull()),
    ),
  )
  const encryption = encodeSequence(encodeOid(OID.aes256Cbc), encodeOctetString(iv))
  const algorithm = encodeSequence(encodeOid(OID.pbes2), encodeSequence(derivation, encryption))
  return { algorithm, ciphertext }
}

// Private keys in PKCS #8 (RFC 5208), in the clear and encrypted.
import { DerReader, TAG } from './der-reader.ts'
import { encodeInteger, encodeOctetString, encodeSequence } from './der-writer.ts'
import { assertFileSize, Effort } from './effort.ts'
import { malformed, wrongPassphrase } from './error.ts'
import { Passphrase } from './passphrase.ts'
import { decryptPbe, encryptPbes2, type Opening } from './pbe.ts'

export const ITERATIONS_DEFAULT = 600_000

export interface OpenOptions {
  /** Absent where the file has none; the empty one is a passphrase too. */
  readonly passphrase?: string | undefined
  /** Of the keys in a Java store, where it is not the store's. */
  readonly keyPassphrase?: string | undefined
  /** Over all of the file. */
  readonly iterationsMax?: number | undefined
}

export interface SealOptions {
  readonly passphrase: string
  readonly iterations?: number | undefined
}

/** EncryptedPrivateKeyInfo to PrivateKeyInfo, which the caller wipes. */
export function decodeEncryptedPkcs8(
  data: Uint8Array,
  { passphrase: text = '', iterationsMax }: OpenOptions,
): Uint8Array {
  assertFileSize(data)
  const passphrase = Passphrase.of(text)
  try {
    return openPkcs8(data, { passphrase, effort: new Effort(iterationsMax) })
  } finally {
    passphrase.wipe()
  }
}

export function encodeEncryptedPkcs8(
  pkcs8: Uint8Array,
  { passphrase: text, iterations = ITERATIONS_DEFAULT }: SealOptions,
): Uint8Array {
  const passphrase = Passphrase.of(text)
  try {
    return sealPkcs8(pkcs8, passphrase, iterations)
  } finally {
    passphrase.wipe()
  }
}

export function openPkcs8(data: Uint8Array, opening: Opening): Uint8Array {
  const reader = new DerReader(data)
  const body = reader.sequence()
  reader.end()
  const algorithm = body.sequence()
  const ciphertext = body.octetString()
  body.end()
  const plaintext = decryptPbe(algorithm, ciphertext, opening)
  try {
    return privateKeyInfo(plaintext)
  } catch {
    // One wrong passphrase in 256 leaves padding that looks right.
    throw wrongPassphrase()
  } finally {
    plaintext.fill(0)
  }
}

export function sealPkcs8(
  pkcs8: Uint8Array,
  passphrase: Passphrase,
  iterations: number,
): Uint8Array {
  const { algorithm, ciphertext } = encryptPbes2(pkcs8, passphrase, iterations)
  return encodeSequence(algorithm, encodeOctetString(ciphertext))
}

/** `SEQUENCE { 0, algorithm, OCTET STRING { key } }`. @param algorithm what is inside its AlgorithmIdentifier */
export function encodePrivateKeyInfo(
  algorithm: readonly Uint8Array[],
  key: Uint8Array,
): Uint8Array {
  return encodeSequence(encodeInteger(0), encodeSequence(...algorithm), encodeOctetString(key))
}

/** A copy of the one PrivateKeyInfo that the bytes are. */
export function privateKeyInfo(data: Uint8Array): Uint8Array {
  const reader = new DerReader(data)
  const { encoded } = reader.next()
  reader.end()
  splitPrivateKeyInfo(encoded)
  const copied = new Uint8Array(new ArrayBuffer(encoded.length))
  copied.set(encoded)
  return copied
}

/** The algorithm, dotted, and what is inside `privateKey`; its form, not its value, is looked at. */
export function splitPrivateKeyInfo(data: Uint8Array): { algorithm: string; key: Uint8Array } {
  const body = new DerReader(data).sequence()
  if (body.smallInteger() > 1) throw malformed('a private key has an unknown version')
  const algorithm = body.sequence().oid()
  return { algorithm, key: body.octetString(TAG.octetString) }
}

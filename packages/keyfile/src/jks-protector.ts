// How Java's own stores hide keys: JKS by a stream of SHA-1, JCEKS by MD5 and Triple DES. Sun's KeyProtector and
// PBECipherCore are the only specification of either.
import { concat, constantTimeEqual } from '@claviger/bytes'
import {
  CryptoError,
  decryptKeyFile,
  encryptKeyFile,
  hash,
  hashRepeatedly,
  randomBytes,
} from '@claviger/crypto'
import { DerReader } from './der-reader.ts'
import {
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from './der-writer.ts'
import { malformed, unsupported, wrongPassphrase } from './error.ts'
import type { Opening } from './pbe.ts'
import { privateKeyInfo } from './pkcs8.ts'

const JKS_PROTECTOR = '1.3.6.1.4.1.42.2.17.1.1'
const JCEKS_PROTECTOR = '1.3.6.1.4.1.42.2.19.1'
const SHA1_BYTES = 20
const HALF_BYTES = 4

/** UTF-16 without PKCS #12's terminator. */
export function javaPassphrase({ passphrase }: Pick<Opening, 'passphrase'>): Uint8Array {
  return passphrase.bmp.subarray(0, Math.max(0, passphrase.bmp.length - 2))
}

/** EncryptedPrivateKeyInfo to PrivateKeyInfo. */
export function openJavaKey(data: Uint8Array, opening: Opening): Uint8Array {
  const reader = new DerReader(data)
  const body = reader.sequence()
  reader.end()
  const algorithm = body.sequence()
  const sealed = body.octetString()
  body.end()
  const oid = algorithm.oid()
  let plaintext: Uint8Array
  if (oid === JKS_PROTECTOR) plaintext = openJksStream(sealed, javaPassphrase(opening))
  else if (oid === JCEKS_PROTECTOR) plaintext = openTripleDes(sealed, algorithm.sequence(), opening)
  else throw unsupported(`it is encrypted with ${oid}, which is not read here`)
  try {
    return privateKeyInfo(plaintext)
  } catch {
    throw wrongPassphrase()
  } finally {
    plaintext.fill(0)
  }
}

/** `salt || key XOR stream || SHA-1(passphrase || key)` */
function openJksStream(sealed: Uint8Array, passphrase: Uint8Array): Uint8Array {
  if (sealed.length < 2 * SHA1_BYTES) throw malformed('a private key is too short')
  const salt = sealed.subarray(0, SHA1_BYTES)
  const key = xorStream(sealed.subarray(SHA1_BYTES, -SHA1_BYTES), passphrase, salt)
  if (constantTimeEqual(checkOf(passphrase, key), sealed.subarray(-SHA1_BYTES))) return key
  key.fill(0)
  throw wrongPassphrase()
}

function xorStream(data: Uint8Array, passphrase: Uint8Array, salt: Uint8Array): Uint8Array {
  const output = new Uint8Array(new ArrayBuffer(data.length))
  let digest = salt
  for (let offset = 0; offset < data.length; offset += SHA1_BYTES) {
    const input = concat(passphrase, digest)
    digest = hash('sha1', input)
    input.fill(0)
    const end = Math.min(data.length, offset + SHA1_BYTES)
    for (let index = offset; index < end; index++) {
      output[index] = (data[index] as number) ^ (digest[index - offset] as number)
    }
  }
  return output
}

function checkOf(passphrase: Uint8Array, key: Uint8Array): Uint8Array {
  const input = concat(passphrase, key)
  const digest = hash('sha1', input)
  input.fill(0)
  return digest
}

/** PBEWithMD5AndTripleDES. @param parameters what is inside its `SEQUENCE { salt, iterations }` */
export function openTripleDes(
  sealed: Uint8Array,
  parameters: DerReader,
  { passphrase, effort }: Opening,
): Uint8Array {
  const salt = parameters.octetString()
  const iterations = parameters.smallInteger()
  parameters.end()
  if (salt.length !== 2 * HALF_BYTES) throw malformed('a salt has no fit length')
  effort.spend(2 * iterations)
  const derived = deriveTripleDes(passphrase.utf8, salt, iterations)
  try {
    return decryptKeyFile('des-ede3-cbc', derived.subarray(0, 24), derived.subarray(24), sealed)
  } catch (error) {
    if (error instanceof CryptoError) throw wrongPassphrase()
    throw error
  } finally {
    derived.fill(0)
  }
}

/** Sixteen bytes from each half of the salt: a key of 24 and an IV of 8. */
function deriveTripleDes(passphrase: Uint8Array, salt: Uint8Array, iterations: number): Uint8Array {
  const halves = [salt.slice(0, HALF_BYTES), salt.slice(HALF_BYTES)] as const
  // Sun's code means to reverse the first of two equal halves, and does this instead.
  const [first, second] = halves
  if (constantTimeEqual(first, second)) swapAsSunDoes(first)
  const derived = halves.map((half) => {
    const input = concat(half, passphrase)
    const digest = hashRepeatedly('md5', input, iterations, passphrase)
    input.fill(0)
    return digest
  })
  const whole = concat(...derived)
  for (const digest of derived) digest.fill(0)
  return whole
}

function swapAsSunDoes(half: Uint8Array): void {
  const [a = 0, b = 0, , d = 0] = half
  half.set([d, a, b, d])
}

export function sealJksStream(pkcs8: Uint8Array, opening: Pick<Opening, 'passphrase'>): Uint8Array {
  const passphrase = javaPassphrase(opening)
  const salt = randomBytes(SHA1_BYTES)
  const sealed = concat(salt, xorStream(pkcs8, passphrase, salt), checkOf(passphrase, pkcs8))
  return encodeSequence(
    encodeSequence(encodeOid(JKS_PROTECTOR), encodeNull()),
    encodeOctetString(sealed),
  )
}

/** The ciphertext and its parameters. */
export function sealTripleDes(
  plaintext: Uint8Array,
  { passphrase }: Pick<Opening, 'passphrase'>,
  iterations: number,
): { readonly parameters: Uint8Array; readonly ciphertext: Uint8Array } {
  const salt = randomBytes(2 * HALF_BYTES)
  // Equal halves would be weaker, and read differently by those who mended Sun's code.
  salt[HALF_BYTES] = (salt[0] as number) ^ 0x55
  const derived = deriveTripleDes(passphrase.utf8, salt, iterations)
  const [key, iv] = [derived.subarray(0, 24), derived.subarray(24)]
  const ciphertext = encryptKeyFile('des-ede3-cbc', key, iv, plaintext)
  derived.fill(0)
  return {
    parameters: encodeSequence(encodeOctetString(salt), encodeInteger(iterations)),
    ciphertext,
  }
}

export function sealJceksKey(
  pkcs8: Uint8Array,
  opening: Pick<Opening, 'passphrase'>,
  iterations: number,
): Uint8Array {
  const { parameters, ciphertext } = sealTripleDes(pkcs8, opening, iterations)
  return encodeSequence(
    encodeSequence(encodeOid(JCEKS_PROTECTOR), parameters),
    encodeOctetString(ciphertext),
  )
}

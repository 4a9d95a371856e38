// The message encodings of RSA signatures (RFC 8017 §9), for digests made elsewhere: node:crypto encodes only
// what it hashed itself. The RSA operation stays OpenSSL's; these are the bytes it is given.
import { concat, constantTimeEqual, copy } from '@claviger/bytes'
import { invalidInput } from '../error.ts'
import { hash, hashLengthBytes, type HashName } from '../hash.ts'
import { randomBytes } from '../random.ts'

/** `DigestInfo` up to the digest (RFC 8017 §9.2 note 1). */
const DIGEST_INFO_PREFIX: Partial<Record<HashName, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
  'sha512-224': '302d300d06096086480165030402050500041c',
  'sha512-256': '3031300d060960864801650304020605000420',
}
const PKCS1_PADDING_BYTES_MIN = 8
const TRAILER = 0xbc

export type PssParameters = {
  readonly hash: HashName
  readonly maskHash: HashName
  readonly saltBytes: number
}

/** EMSA-PKCS1-v1_5 (§9.2): `0x00 || 0x01 || 0xff... || 0x00 || DigestInfo`, `modulusBytes` long. */
export function encodeEmsaPkcs1(
  name: HashName,
  digest: Uint8Array,
  modulusBytes: number,
): Uint8Array {
  const prefix = DIGEST_INFO_PREFIX[name]
  if (prefix === undefined) throw invalidInput('hash has no PKCS#1 identifier here')
  const info = concat(Uint8Array.fromHex(prefix), digest)
  const paddingBytes = modulusBytes - info.length - 3
  if (paddingBytes < PKCS1_PADDING_BYTES_MIN)
    throw invalidInput('rsa key is too short for this hash')
  const padding = new Uint8Array(paddingBytes).fill(0xff)
  return concat(Uint8Array.of(0, 1), padding, Uint8Array.of(0), info)
}

/** EMSA-PSS-ENCODE (§9.1.1), `maskedDB || H || 0xbc`, for a modulus of `8 * modulusBytes` bits. */
export function encodeEmsaPss(
  parameters: PssParameters,
  digest: Uint8Array,
  modulusBytes: number,
): Uint8Array {
  const { hash: name, maskHash, saltBytes } = parameters
  const hashBytes = hashLengthBytes(name)
  if (modulusBytes < hashBytes + saltBytes + 2)
    throw invalidInput('rsa key is too short for this hash')
  const salt = randomBytes(saltBytes)
  const h = hash(name, concat(new Uint8Array(8), digest, salt))
  const db = new Uint8Array(modulusBytes - hashBytes - 1)
  db[db.length - saltBytes - 1] = 1
  db.set(salt, db.length - saltBytes)
  applyMask(db, maskHash, h)
  // emBits is one less than the modulus's bits (§8.1.1), so the top bit is zero.
  db[0] = (db[0] as number) & 0x7f
  return concat(db, h, Uint8Array.of(TRAILER))
}

/** EMSA-PSS-VERIFY (§9.1.2) of `encoded`, a whole modulus long. Everything it reads is public. */
export function isEmsaPss(
  parameters: PssParameters,
  digest: Uint8Array,
  encoded: Uint8Array,
): boolean {
  const { hash: name, maskHash, saltBytes } = parameters
  const hashBytes = hashLengthBytes(name)
  if (encoded.length < hashBytes + saltBytes + 2) return false
  if (encoded.at(-1) !== TRAILER || (encoded[0] as number) & 0x80) return false
  const dbBytes = encoded.length - hashBytes - 1
  const db = copy(encoded.subarray(0, dbBytes))
  const h = encoded.subarray(dbBytes, dbBytes + hashBytes)
  applyMask(db, maskHash, h)
  db[0] = (db[0] as number) & 0x7f
  const separator = dbBytes - saltBytes - 1
  for (let index = 0; index < separator; index++) if (db[index] !== 0) return false
  if (db[separator] !== 1) return false
  const salt = db.subarray(separator + 1)
  return constantTimeEqual(h, hash(name, concat(new Uint8Array(8), digest, salt)))
}

/** Combines `target` with MGF1(seed) (§B.2.1). */
function applyMask(target: Uint8Array, name: HashName, seed: Uint8Array): void {
  const hashBytes = hashLengthBytes(name)
  for (let counter = 0, offset = 0; offset < target.length; counter++, offset += hashBytes) {
    const block = hash(name, concat(seed, Uint8Array.of(0, 0, counter >> 8, counter & 0xff)))
    for (let index = 0; index < hashBytes && offset + index < target.length; index++) {
      target[offset + index] = (target[offset + index] as number) ^ (block[index] as number)
    }
  }
}

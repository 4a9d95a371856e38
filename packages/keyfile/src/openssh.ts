// OpenSSH's private keys (PROTOCOL.key in its source), not encrypted:
//   "openssh-key-v1\0" || cipher || kdf || kdf options || count || public keys || private section
// Refused: encrypted ones, whose derivation (bcrypt-pbkdf) no library here has; keys in a token; DSA.
import { ByteReader, BytesError, compare, concat, decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import { crtExponent, CryptoError } from '@claviger/crypto'
import {
  encodeElement,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from './der-writer.ts'
import { TAG } from './der-reader.ts'
import type { PrivateKeyEntry } from './entry.ts'
import { malformed, unsupported } from './error.ts'
import { OID } from './oid.ts'
import { encodePrivateKeyInfo } from './pkcs8.ts'

const MAGIC = encodeUtf8('openssh-key-v1\0')
const PART_BYTES_MAX = 64 * 1024
const SEED_BYTES = 32
/** RFC 5656 §10.1: the curve's identifier, and how many bytes a scalar has. */
const CURVES: Readonly<Record<string, readonly [oid: string, scalarBytes: number]>> = {
  'ecdsa-sha2-nistp256': ['1.2.840.10045.3.1.7', 32],
  'ecdsa-sha2-nistp384': ['1.3.132.0.34', 48],
  'ecdsa-sha2-nistp521': ['1.3.132.0.35', 66],
}

export function decodeOpenSsh(data: Uint8Array): PrivateKeyEntry {
  try {
    return readFile(new ByteReader(data))
  } catch (error) {
    if (error instanceof BytesError || error instanceof CryptoError) {
      throw malformed('an OpenSSH key is not of its form')
    }
    throw error
  }
}

const string = (reader: ByteReader): Uint8Array => reader.vector(4, PART_BYTES_MAX)

function readFile(reader: ByteReader): PrivateKeyEntry {
  if (compare(reader.bytes(MAGIC.length), MAGIC) !== 0) throw malformed('this is no OpenSSH key')
  const cipher = decodeUtf8(string(reader))
  string(reader)
  string(reader)
  if (reader.u32() !== 1) throw malformed('an OpenSSH file holds one key')
  string(reader)
  const section = new ByteReader(string(reader))
  reader.end()
  if (cipher !== 'none') {
    throw unsupported(
      'an OpenSSH key under a passphrase (bcrypt-pbkdf) is not read here; `ssh-keygen -p` takes it off a copy',
    )
  }
  if (section.u32() !== section.u32()) throw malformed('an OpenSSH key contradicts itself')
  const pkcs8 = readKey(decodeUtf8(string(section)), section)
  const alias = decodeUtf8(string(section))
  return { kind: 'private-key', ...(alias !== '' && { alias }), pkcs8, chain: [] }
}

function readKey(type: string, section: ByteReader): Uint8Array {
  if (type === 'ssh-ed25519') {
    string(section)
    const seed = string(section).subarray(0, SEED_BYTES)
    if (seed.length !== SEED_BYTES) throw malformed('an Ed25519 key has the wrong length')
    return encodePrivateKeyInfo([encodeOid(OID.ed25519)], encodeOctetString(seed))
  }
  if (type === 'ssh-rsa') return readRsa(section)
  const curve = Object.hasOwn(CURVES, type) ? CURVES[type] : undefined
  if (curve === undefined) throw unsupported(`OpenSSH keys of the type ${type} are not read here`)
  const [oid, scalarBytes] = curve
  string(section)
  const point = string(section)
  const scalar = withoutSign(string(section))
  if (scalar.length > scalarBytes) throw malformed('a scalar is longer than its field')
  const padded = new Uint8Array(new ArrayBuffer(scalarBytes))
  padded.set(scalar, scalarBytes - scalar.length)
  const inner = encodeSequence(
    Uint8Array.of(TAG.integer, 1, 1),
    encodeOctetString(padded),
    encodeElement(0xa1, encodeElement(TAG.bitString, Uint8Array.of(0), point)),
  )
  const info = encodePrivateKeyInfo([encodeOid(OID.ecPublicKey), encodeOid(oid)], inner)
  for (const bytes of [padded, inner]) bytes.fill(0)
  return info
}

/** n, e, d, iqmp, p, q; PKCS #1 has the exponents of the primes too. */
function readRsa(section: ByteReader): Uint8Array {
  const [n, e, d, qInv, p, q] = Array.from({ length: 6 }, () => withoutSign(string(section))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const exponents = [crtExponent(d, p), crtExponent(d, q)]
  const numbers = [n, e, d, p, q, ...exponents, qInv].map(positiveInteger)
  const inner = encodeSequence(Uint8Array.of(TAG.integer, 1, 0), ...numbers)
  const info = encodePrivateKeyInfo([encodeOid(OID.rsaEncryption), encodeNull()], inner)
  for (const bytes of [...exponents, ...numbers, inner]) bytes.fill(0)
  return info
}

function withoutSign(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (bytes[start] === 0) start++
  return bytes.subarray(start)
}

function positiveInteger(bytes: Uint8Array): Uint8Array {
  const plain = withoutSign(bytes)
  const needsZero = plain.length === 0 || (plain[0] as number) > 0x7f
  const content = needsZero ? concat(Uint8Array.of(0), plain) : plain
  const encoded = encodeElement(TAG.integer, content)
  if (needsZero) content.fill(0)
  return encoded
}

// The DER (X.690 §10-11) that key containers need: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) and
// PrivateKeyInfo (RFC 5208 §5, RFC 5958 §2). Subset: definite lengths in their shortest form, single-byte
// tags. Refused: indefinite lengths, trailing data, a structure that is not the one asked for.
import { ByteReader, BytesError, concat } from '@claviger/bytes'
import { invalidKey } from './error.ts'

const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_IDENTIFIER = 0x06
const SEQUENCE = 0x30
const EC_PARAMETERS = 0xa0
const EC_PUBLIC_KEY = 0xa1

/** AlgorithmIdentifier: the OID's content bytes in hexadecimal and the parameters' whole encoding. */
export type AlgorithmIdentifier = { readonly oid: string; readonly parameters?: Uint8Array }
export type PublicKeyInfo = { readonly algorithm: AlgorithmIdentifier; readonly key: Uint8Array }
export type PrivateKeyInfo = { readonly algorithm: AlgorithmIdentifier; readonly key: Uint8Array }

export const ID_EC_PUBLIC_KEY = '2a8648ce3d0201'

/** Whether `parameters` is a named curve: an OBJECT IDENTIFIER and not explicit parameters (RFC 5480 §2.1.1). */
export function isNamedCurve(algorithm: AlgorithmIdentifier): boolean {
  return algorithm.parameters?.[0] === OBJECT_IDENTIFIER
}

export function parsePublicKeyInfo(der: Uint8Array): PublicKeyInfo {
  return parseDer(der, (reader) => {
    const body = sequence(reader)
    const algorithm = algorithmIdentifier(body)
    const bits = element(body, BIT_STRING)
    // A key is whole bytes: the count of unused bits is zero.
    if (bits[0] !== 0) throw invalidKey('public key is not a whole number of bytes')
    body.end()
    return { algorithm, key: bits.subarray(1) }
  })
}

/** Attributes and an attached public key (RFC 5958) are bounded but not read: the caller recomputes it. */
export function parsePrivateKeyInfo(der: Uint8Array): PrivateKeyInfo {
  return parseDer(der, (reader) => {
    const body = sequence(reader)
    const version = element(body, INTEGER)
    if (version.length !== 1 || (version[0] as number) > 1) {
      throw invalidKey('private key container has an unknown version')
    }
    const algorithm = algorithmIdentifier(body)
    return { algorithm, key: element(body, OCTET_STRING) }
  })
}

/** The two OCTET STRINGs of `{seed, expandedKey}`, or the expandedKey alone (RFC 9881 §6, RFC 9935 §6). */
export function parseExpandedKey(choice: Uint8Array): Uint8Array {
  return parseDer(choice, (reader) => {
    if (choice[0] === OCTET_STRING) return element(reader, OCTET_STRING)
    const both = sequence(reader)
    element(both, OCTET_STRING)
    const expanded = element(both, OCTET_STRING)
    both.end()
    return expanded
  })
}

/** n, e, d, p, q, dP, dQ and qInv of a two-prime RSAPrivateKey (RFC 8017 §A.1.2). */
export function parseRsaPrivateKey(der: Uint8Array): Uint8Array[] {
  return parseDer(der, (reader) => {
    const body = sequence(reader)
    const version = element(body, INTEGER)
    if (version.length !== 1 || version[0] !== 0)
      throw invalidKey('rsa key has more than two primes')
    const numbers = Array.from({ length: 8 }, () => element(body, INTEGER))
    body.end()
    return numbers
  })
}

export type EcPrivateKey = {
  readonly scalar: Uint8Array
  /** The curve, as an AlgorithmIdentifier would have it; in PKCS#8 it stands outside. */
  readonly parameters?: Uint8Array
  /** The public point, where it was written down. */
  readonly point?: Uint8Array
}

/** ECPrivateKey (RFC 5915 §3). */
export function parseEcPrivateKey(der: Uint8Array): EcPrivateKey {
  return parseDer(der, (reader) => {
    const body = sequence(reader)
    const version = element(body, INTEGER)
    if (version.length !== 1 || version[0] !== 1)
      throw invalidKey('elliptic-curve key has an unknown version')
    const scalar = element(body, OCTET_STRING)
    let parameters: Uint8Array | undefined
    let bits: Uint8Array | undefined
    while (body.remaining > 0) {
      const tag = body.u8()
      if (tag === EC_PARAMETERS && parameters === undefined && bits === undefined) {
        parameters = content(body)
      } else if (tag === EC_PUBLIC_KEY && bits === undefined) bits = content(body)
      else throw invalidKey('key is not the DER structure expected')
    }
    if (bits === undefined) return { scalar, ...(parameters && { parameters }) }
    const string = parseDer(bits, (inner) => element(inner, BIT_STRING))
    if (string[0] !== 0) throw invalidKey('public key is not a whole number of bytes')
    return { scalar, ...(parameters && { parameters }), point: string.subarray(1) }
  })
}

/** `SEQUENCE { INTEGER 0, SEQUENCE { oid }, OCTET STRING { choice } }` */
export function encodePrivateKeyInfo(oid: string, choice: Uint8Array): Uint8Array {
  const algorithm = encode(SEQUENCE, encode(OBJECT_IDENTIFIER, Uint8Array.fromHex(oid)))
  return encode(
    SEQUENCE,
    concat(encode(INTEGER, Uint8Array.of(0)), algorithm, encode(OCTET_STRING, choice)),
  )
}

export function encodeOctetString(content: Uint8Array): Uint8Array {
  return encode(OCTET_STRING, content)
}

function parseDer<Result>(der: Uint8Array, parse: (reader: ByteReader) => Result): Result {
  try {
    const reader = new ByteReader(der)
    const result = parse(reader)
    reader.end()
    return result
  } catch (error) {
    if (error instanceof BytesError) throw invalidKey('key is not well-formed DER')
    throw error
  }
}

function algorithmIdentifier(reader: ByteReader): AlgorithmIdentifier {
  const body = sequence(reader)
  const oid = element(body, OBJECT_IDENTIFIER).toHex()
  if (body.remaining === 0) return { oid }
  return { oid, parameters: body.rest() }
}

function sequence(reader: ByteReader): ByteReader {
  return new ByteReader(element(reader, SEQUENCE))
}

function element(reader: ByteReader, tag: number): Uint8Array {
  if (reader.u8() !== tag) throw invalidKey('key is not the DER structure expected')
  return content(reader)
}

/** What follows a tag. */
function content(reader: ByteReader): Uint8Array {
  const first = reader.u8()
  if (first < 0x80) return reader.bytes(first)
  let length: number
  if (first === 0x81) length = reader.u8()
  else if (first === 0x82) length = reader.u16()
  else throw invalidKey('key is too long')
  // The shortest form only (X.690 §10.1).
  if (length < (first === 0x81 ? 0x80 : 0x100)) throw invalidKey('key is not well-formed DER')
  return reader.bytes(length)
}

/** `tag || length || content` */
function encode(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content
  if (length < 0x80) return concat(Uint8Array.of(tag, length), content)
  if (length < 0x100) return concat(Uint8Array.of(tag, 0x81, length), content)
  return concat(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content)
}

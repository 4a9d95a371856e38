// Keys from outside. Everything is checked before it is accepted, and what comes out is in our own canonical
// form, not the bytes that came in. X.509 certificates are not read here.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { BytesError, decodeBase64, decodeUtf8 } from '@claviger/bytes'
import {
  type AlgorithmIdentifier,
  type EcPrivateKey,
  ID_EC_PUBLIC_KEY,
  parseEcPrivateKey,
  parsePrivateKeyInfo,
  parsePublicKeyInfo,
} from '../der.ts'
import { assertScalar, ecSpecOf } from '../ec-scalar.ts'
import { CryptoError, invalidKey, unsupported } from '../error.ts'
import { assertNamedCurve, assertPointForm, bufferOf, openKey, specOfKeyObject } from '../key.ts'
import { offHeapCopy } from '../off-heap.ts'
import { isConsistentPair, isConsistentXWing } from '../pairwise.ts'
import { expandXWingSeed, parseXWingPublic } from '../primitive/x-wing.ts'
import { assertRsaPrivate, assertRsaPublic } from '../rsa-validation.ts'
import { type KeySpec, specEntry } from '../spec.ts'
import type { Awaitable } from './awaitable.ts'
import { keyObjectFromJwk } from './jwk.ts'

/**
 * 'raw' is a symmetric key; 'raw-private' a seed or scalar (X-Wing, EC, EdDSA, XDH, ML-DSA, ML-KEM, SLH-DSA);
 * 'raw-public' the public bytes of the same (EC: an uncompressed or compressed point). The raw formats need
 * the specification told; the others carry it.
 */
export type KeyFormat = 'raw' | 'raw-private' | 'raw-public' | 'pkcs8' | 'spki' | 'jwk' | 'pem'

/** `secret` for a symmetric or private key, `public` for every asymmetric one; as in KeyMaterial. */
export type ImportedKey = {
  readonly spec: KeySpec
  readonly secret?: Uint8Array
  readonly public?: Uint8Array
}

const TEXT_LENGTH_MAX = 32 * 1024

/** Reads and validates a key; `spec`, where given, must be what is found. */
export function importKey(
  format: KeyFormat,
  data: Uint8Array | string,
  spec?: KeySpec,
): Awaitable<ImportedKey> {
  switch (format) {
    case 'raw':
      return importSymmetric(binary(data), known(spec))
    case 'raw-private':
      return importRawPrivate(binary(data), known(spec))
    case 'raw-public':
      return importRawPublic(binary(data), known(spec))
    case 'pkcs8':
      return importPkcs8(binary(data), spec)
    case 'spki':
      return importSpki(binary(data), spec)
    case 'jwk':
      return importJwk(text(data), spec)
    case 'pem':
      return importPem(text(data), spec)
  }
}

function importSymmetric(secret: Uint8Array, spec: KeySpec): ImportedKey {
  if (specEntry(spec).family !== 'symmetric') throw invalidKey('raw is for symmetric keys only')
  // Opening makes every check there is: the length, and an XTS key's halves.
  openKey(spec, secret)
  return { spec, secret: offHeapCopy(secret) }
}

function importRawPrivate(raw: Uint8Array, spec: KeySpec): Awaitable<ImportedKey> {
  const entry = specEntry(spec)
  if (entry.family === 'x-wing') {
    const secret = offHeapCopy(raw)
    const { encoded } = expandXWingSeed(secret).public
    if (!isConsistentXWing(secret, encoded)) throw inconsistent()
    return { spec, secret, public: encoded }
  }
  const isSeed = entry.family === 'ml-kem' || entry.family === 'ml-dsa'
  const format = isSeed ? 'raw-seed' : 'raw-private'
  return acceptPrivate(
    parseKey(() => createPrivateKey(rawRequest(spec, raw, format))),
    spec,
  )
}

function importRawPublic(raw: Uint8Array, spec: KeySpec): ImportedKey {
  if (specEntry(spec).family === 'ec') assertPointForm(raw)
  if (specEntry(spec).family === 'x-wing') {
    return { spec, public: parseXWingPublic(raw).encoded }
  }
  return acceptPublic(
    parseKey(() => createPublicKey(rawRequest(spec, raw, 'raw-public'))),
    spec,
  )
}

function rawRequest(spec: KeySpec, raw: Uint8Array, format: string): never {
  const { family, opensslName } = specEntry(spec)
  if (family === 'symmetric' || family === 'rsa')
    throw invalidKey('specification has no such raw form')
  const type =
    family === 'ec'
      ? { asymmetricKeyType: 'ec', namedCurve: opensslName }
      : { asymmetricKeyType: opensslName }
  return { key: bufferOf(raw), format, ...type } as never
}

function importPkcs8(der: Uint8Array, spec: KeySpec | undefined): Awaitable<ImportedKey> {
  const { algorithm, key: inner } = parsePrivateKeyInfo(der)
  if (algorithm.oid === ID_EC_PUBLIC_KEY) return importEc(parseEcPrivateKey(inner), algorithm, spec)
  const key = bufferOf(der)
  return acceptPrivate(
    parseKey(() => createPrivateKey({ key, format: 'der', type: 'pkcs8' })),
    spec,
  )
}

/** Not by OpenSSL's reader, which leaves the scalar in memory that it has freed. */
function importEc(
  { scalar, point }: EcPrivateKey,
  algorithm: AlgorithmIdentifier,
  expected: KeySpec | undefined,
): Awaitable<ImportedKey> {
  const spec = agreedSpec(ecSpecOf(algorithm), expected)
  const pair = pairOfScalar(spec, scalar)
  if (point === undefined) return acceptPair(spec, pair)
  assertPointForm(point)
  const stated = parseKey(() => createPublicKey(rawRequest(spec, point, 'raw-public')))
  if (!pair.publicKey.equals(stated)) throw inconsistent()
  return acceptPair(spec, pair)
}

function importSpki(der: Uint8Array, spec: KeySpec | undefined): ImportedKey {
  const info = parsePublicKeyInfo(der)
  assertNamedCurve(info.algorithm, info.key)
  const key = bufferOf(der)
  return acceptPublic(
    parseKey(() => createPublicKey({ key, format: 'der', type: 'spki' })),
    spec,
  )
}

function importJwk(json: string, spec: KeySpec | undefined): Awaitable<ImportedKey> {
  const found = keyObjectFromJwk(json)
  if (found.kind === 'secret') return importSymmetric(found.secret, known(spec))
  return found.kind === 'private' ? acceptPrivate(found.key, spec) : acceptPublic(found.key, spec)
}

// RFC 7468 §2, the strict form: one block, nothing before or after it.
const PEM = /^-----BEGIN ([A-Z ]+)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END ([A-Z ]+)-----\s*$/

function importPem(pem: string, spec: KeySpec | undefined): Awaitable<ImportedKey> {
  const match = PEM.exec(pem)
  if (match === null || match[1] !== match[3]) throw invalidKey('text is not one PEM block')
  const der = decodeBody((match[2] as string).replaceAll(/[\r\n]/g, ''))
  const key = bufferOf(der)
  const label = match[1] as string
  switch (label) {
    case 'PRIVATE KEY':
      return importPkcs8(der, spec)
    case 'PUBLIC KEY':
      return importSpki(der, spec)
    case 'RSA PRIVATE KEY':
      return acceptPrivate(
        parseKey(() => createPrivateKey({ key, format: 'der', type: 'pkcs1' })),
        spec,
      )
    case 'EC PRIVATE KEY': {
      const read = parseEcPrivateKey(der)
      return importEc(read, { oid: ID_EC_PUBLIC_KEY, ...read }, spec)
    }
    case 'RSA PUBLIC KEY':
      return acceptPublic(
        parseKey(() => createPublicKey({ key, format: 'der', type: 'pkcs1' })),
        spec,
      )
    default:
      throw unsupported('PEM label is not one of a plain key')
  }
}

function decodeBody(base64: string): Uint8Array {
  try {
    return decodeBase64(base64)
  } catch (error) {
    if (error instanceof BytesError) throw invalidKey('PEM body is not base64')
    throw error
  }
}

function acceptPublic(key: KeyObject, spec: KeySpec | undefined): ImportedKey {
  const found = foundSpec(key, spec)
  if (specEntry(found).family === 'rsa') assertRsaPublic(key)
  return { spec: found, public: exportSpki(canonicalPublic(key, found)) }
}

function acceptPrivate(key: KeyObject, spec: KeySpec | undefined): Awaitable<ImportedKey> {
  const found = foundSpec(key, spec)
  return acceptPair(found, canonicalPair(key, found))
}

interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

function acceptPair(spec: KeySpec, { privateKey, publicKey }: Pair): Awaitable<ImportedKey> {
  if (specEntry(spec).family === 'rsa') assertRsaPrivate(privateKey, publicKey)
  const accept = (consistent: boolean): ImportedKey => {
    if (!consistent) throw inconsistent()
    const secret = privateKey.export({ type: 'pkcs8', format: 'der' })
    return { spec, secret, public: exportSpki(publicKey) }
  }
  const consistent = isConsistentPair(spec, privateKey, publicKey)
  return typeof consistent === 'boolean' ? accept(consistent) : consistent.then(accept, refuse)
}

/** An elliptic-curve key is rebuilt from its scalar, so that a public point that came with it cannot lie. */
function canonicalPair(key: KeyObject, spec: KeySpec): Pair {
  const stated = createPublicKey(key)
  if (specEntry(spec).family !== 'ec') return { privateKey: key, publicKey: stated }
  const scalar = key.export({ format: 'raw-private' })
  const pair = pairOfScalar(spec, scalar)
  scalar.fill(0)
  if (!pair.publicKey.equals(stated)) throw inconsistent()
  return pair
}

function pairOfScalar(spec: KeySpec, scalar: Uint8Array): Pair {
  assertScalar(spec, scalar)
  const privateKey = parseKey(() => createPrivateKey(rawRequest(spec, scalar, 'raw-private')))
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

/** A compressed point is written out. */
function canonicalPublic(key: KeyObject, spec: KeySpec): KeyObject {
  if (specEntry(spec).family !== 'ec') return key
  return createPublicKey(rawRequest(spec, key.export({ format: 'raw-public' }), 'raw-public'))
}

function foundSpec(key: KeyObject, expected: KeySpec | undefined): KeySpec {
  return agreedSpec(specOfKeyObject(key), expected)
}

function agreedSpec(found: KeySpec | undefined, expected: KeySpec | undefined): KeySpec {
  if (found === undefined) throw unsupported('key is of a kind or size this build does not offer')
  if (expected !== undefined && found !== expected)
    throw invalidKey('key is not of the specification told')
  return found
}

function exportSpki(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' })
}

function parseKey(parse: () => KeyObject): KeyObject {
  try {
    return parse()
  } catch (error) {
    if (error instanceof CryptoError) throw error
    throw invalidKey('key could not be read in this format')
  }
}

function refuse(): never {
  throw inconsistent()
}

function inconsistent(): CryptoError {
  return invalidKey('private and public parts do not belong together')
}

function known(spec: KeySpec | undefined): KeySpec {
  if (spec === undefined) throw invalidKey('format does not carry the specification; tell it')
  return spec
}

function binary(data: Uint8Array | string): Uint8Array {
  if (typeof data === 'string') throw invalidKey('format is binary')
  return data
}

function text(data: Uint8Array | string): string {
  if (data.length > TEXT_LENGTH_MAX) throw invalidKey('key is too long')
  if (typeof data === 'string') return data
  try {
    return decodeUtf8(data)
  } catch {
    throw invalidKey('key is not text')
  }
}

import { createPrivateKey, createPublicKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import {
  type AlgorithmIdentifier,
  ID_EC_PUBLIC_KEY,
  isNamedCurve,
  parsePublicKeyInfo,
} from './der.ts'
import { ecScalarOf } from './ec-scalar.ts'
import { CryptoError, invalidKey, unsupported } from './error.ts'
import {
  expandXWingSeed,
  parseXWingPublic,
  type XWingPublic,
  type XWingSecret,
} from './primitive/x-wing.ts'
import { type KeySpec, keySpecs, type SpecEntry, specEntry } from './spec.ts'

/** What an opened key holds; which members are set follows from its specification and kind. */
export type OpenMaterial = {
  /** Symmetric: the caller's own array. */
  readonly secret?: Uint8Array
  readonly privateKey?: KeyObject
  /** Set for every asymmetric key: a private key's public half is computed when it is opened. */
  readonly publicKey?: KeyObject
  readonly xWingSecret?: XWingSecret
  readonly xWingPublic?: XWingPublic
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const KEY_BYTES_MAX = 16 * 1024

let exposeMaterial: (key: OpenKey) => OpenMaterial

/**
 * A key ready for use. Symmetric keys keep the array they were given, so that a key placed in locked
 * memory is copied nowhere; asymmetric keys are held by OpenSSL. Prints as its specification only.
 */
export class OpenKey {
  readonly spec: KeySpec
  readonly kind: 'secret' | 'private' | 'public'
  #material: OpenMaterial | undefined

  constructor(spec: KeySpec, kind: 'secret' | 'private' | 'public', material: OpenMaterial) {
    this.spec = spec
    this.kind = kind
    this.#material = material
  }

  static {
    exposeMaterial = (key) => {
      const material = key.#material
      if (material === undefined) throw new CryptoError('wiped', 'key was used after it was wiped')
      return material
    }
  }

  get isWiped(): boolean {
    return this.#material === undefined
  }

  /**
   * Zeroes a symmetric key's array, which is the caller's, and lets go of OpenSSL's copy of an asymmetric
   * one. Every later use is refused.
   */
  wipe(): void {
    this.#material?.secret?.fill(0)
    this.#material?.xWingSecret?.seed.fill(0)
    this.#material = undefined
  }

  toJSON(): string {
    return `[${this.kind} key ${this.spec}]`
  }

  toString(): string {
    return this.toJSON()
  }

  [INSPECT](): string {
    return this.toJSON()
  }

  [Symbol.dispose](): void {
    this.wipe()
  }
}

/** The material behind an opened key; for this package only. */
export function materialOf(key: OpenKey): OpenMaterial {
  return exposeMaterial(key)
}

export function secretOf(key: OpenKey): Uint8Array {
  const { secret } = materialOf(key)
  if (secret === undefined) throw invalidKey('operation needs a symmetric key')
  return secret
}

export function publicOf(key: OpenKey): KeyObject {
  const { publicKey } = materialOf(key)
  if (publicKey === undefined) throw invalidKey('operation needs an asymmetric key')
  return publicKey
}

export function privateOf(key: OpenKey): KeyObject {
  const { privateKey } = materialOf(key)
  if (privateKey === undefined) throw unsupported('operation needs the private key')
  return privateKey
}

/**
 * Opens a symmetric, private or X-Wing key. `secret` is the raw key (symmetric), PKCS#8 DER (asymmetric)
 * or the 32-byte seed (X-Wing); a symmetric `secret` is kept by reference and must not change while the
 * key is open.
 */
export function openKey(spec: KeySpec, secret: Uint8Array): OpenKey {
  const entry = specEntry(spec)
  if (entry.family === 'symmetric') return openSymmetric(spec, entry, secret)
  if (entry.family === 'x-wing') {
    const xWingSecret = expandXWingSeed(secret)
    return new OpenKey(spec, 'private', { xWingSecret, xWingPublic: xWingSecret.public })
  }
  const privateKey = openPrivate(spec, entry, secret)
  assertSpecOf(privateKey, spec)
  return new OpenKey(spec, 'private', { privateKey, publicKey: createPublicKey(privateKey) })
}

function openPrivate(spec: KeySpec, entry: SpecEntry, secret: Uint8Array): KeyObject {
  const scalar = entry.family === 'ec' ? ecScalarOf(spec, secret) : undefined
  try {
    if (scalar === undefined) {
      return createPrivateKey({ key: bufferOf(secret), format: 'der', type: 'pkcs8' })
    }
    const namedCurve = entry.opensslName as string
    const key = bufferOf(scalar)
    return createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: 'ec', namedCurve })
  } catch {
    throw invalidKey('private key is not PKCS#8')
  }
}

/** Opens a public key: SPKI DER, or the raw 1216 bytes of X-Wing. */
export function openPublicKey(spec: KeySpec, publicKey: Uint8Array): OpenKey {
  const entry = specEntry(spec)
  if (entry.family === 'symmetric') throw invalidKey('a symmetric key has no public half')
  if (entry.family === 'x-wing') {
    return new OpenKey(spec, 'public', { xWingPublic: parseXWingPublic(publicKey) })
  }
  const { algorithm, key } = parsePublicKeyInfo(publicKey)
  assertNamedCurve(algorithm, key)
  let opened: KeyObject
  try {
    opened = createPublicKey({ key: bufferOf(publicKey), format: 'der', type: 'spki' })
  } catch {
    throw invalidKey('public key is not SPKI')
  }
  assertSpecOf(opened, spec)
  return new OpenKey(spec, 'public', { publicKey: opened })
}

function openSymmetric(spec: KeySpec, entry: SpecEntry, secret: Uint8Array): OpenKey {
  const { lengthBytes, lengthBytesMin = lengthBytes, lengthBytesMax = lengthBytes } = entry
  if (secret.length < (lengthBytesMin as number) || secret.length > (lengthBytesMax as number)) {
    throw invalidKey('key has the wrong length for its specification')
  }
  if (spec === 'aes-128-xts' || spec === 'aes-256-xts') {
    // The halves must differ (FIPS 140-3 IG C.I), or the tweak can be cancelled.
    const half = secret.length / 2
    if (timingSafeEqual(secret.subarray(0, half), secret.subarray(half))) {
      throw invalidKey('the two halves of an XTS key are equal')
    }
  }
  return new OpenKey(spec, 'secret', { secret })
}

/**
 * Refuses elliptic-curve parameters written out (RFC 5480 §2.1.1 forbids them; OpenSSL takes them, false
 * cofactors included) and the hybrid point form.
 */
export function assertNamedCurve(algorithm: AlgorithmIdentifier, point?: Uint8Array): void {
  if (algorithm.oid !== ID_EC_PUBLIC_KEY) return
  if (!isNamedCurve(algorithm)) throw invalidKey('elliptic-curve key does not name its curve')
  if (point !== undefined) assertPointForm(point)
}

/** Compressed or not (SEC 1 §2.3.3): the hybrid form and the point at infinity, which OpenSSL takes, are refused. */
export function assertPointForm(point: Uint8Array): void {
  const form = point[0]
  if (form !== 2 && form !== 3 && form !== 4)
    throw invalidKey('public point is not in a standard form')
}

/** Refuses a container that holds another kind of key than its label says. */
function assertSpecOf(key: KeyObject, spec: KeySpec): void {
  if (specOfKeyObject(key) !== spec)
    throw invalidKey('key is not of the specification it was opened as')
}

const specByName = new Map<string, KeySpec>(
  (Object.keys(keySpecs) as KeySpec[]).flatMap((spec) => {
    const entry = specEntry(spec)
    if (entry.opensslName === undefined || entry.family === 'x-wing') return []
    const name =
      entry.family === 'rsa' ? `rsa ${(entry.lengthBytes as number) * 8}` : entry.opensslName
    return [[name, spec] as const]
  }),
)

/** The specification of what OpenSSL read, or undefined when it is none of ours. */
export function specOfKeyObject(key: KeyObject): KeySpec | undefined {
  const type = key.asymmetricKeyType
  if (type === 'rsa') return specByName.get(`rsa ${key.asymmetricKeyDetails?.modulusLength}`)
  if (type === 'ec') return specByName.get(key.asymmetricKeyDetails?.namedCurve ?? '')
  return specByName.get(type ?? '')
}

/** The same bytes as a Buffer, which node:crypto's key parsers ask for; nothing is copied. */
export function bufferOf(bytes: Uint8Array): Buffer {
  if (bytes.length > KEY_BYTES_MAX) throw invalidKey('key is too long')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

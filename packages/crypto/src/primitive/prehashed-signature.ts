// Signatures over a digest that was made elsewhere; docs/adr/0002-prehashed-signing.md says why each is done
// as it is. node:crypto hashes whatever it is asked to sign, so none of this can be crypto.sign.
import { constants, type KeyObject, privateEncrypt, publicDecrypt } from 'node:crypto'
import { constantTimeEqual } from '@claviger/bytes'
import type { CurveFn } from './noble-curve.ts'
import { invalidInput, unsupported } from '../error.ts'
import { hash, hashLengthBytes, shake256 } from '../hash.ts'
import { encodeEmsaPkcs1, encodeEmsaPss, isEmsaPss, type PssParameters } from './emsa.ts'
import { signExternalMu, verifyExternalMu } from './ml-dsa-external-mu.ts'
import { ecdsaCurve, edwardsCurve, type PrehashedEdwards } from './noble-curve.ts'
import { assertContext, type MessageOptions, type SignatureScheme } from './signature.ts'

const ED_PREHASH_BYTES = 64
const MU_BYTES = 64

/** The bytes of digest the scheme signs; refuses the schemes that have no prehashed form here. */
export function digestBytesOf(scheme: SignatureScheme): number {
  switch (scheme.kind) {
    case 'rsa-pkcs1':
    case 'rsa-pss':
    case 'ecdsa':
      return hashLengthBytes(scheme.hash)
    case 'ed25519ph':
    case 'ed448ph':
      return ED_PREHASH_BYTES
    case 'ml-dsa':
      // µ of FIPS 204 §6.2, which the caller computed with the public key and any context.
      return MU_BYTES
    case 'ed25519':
    case 'ed448':
    case 'slh-dsa':
      throw unsupported('mechanism signs whole messages only')
  }
}

/** PH(M) of the schemes that always prehash (RFC 8032 §5.1 and §5.2). */
export function prehash(kind: PrehashedEdwards, message: Uint8Array): Uint8Array {
  return kind === 'ed25519ph' ? hash('sha512', message) : shake256(message, ED_PREHASH_BYTES)
}

export function signDigest(
  scheme: SignatureScheme,
  key: KeyObject,
  digest: Uint8Array,
  options: MessageOptions,
): Uint8Array {
  assertDigest(scheme, digest, options)
  switch (scheme.kind) {
    case 'rsa-pkcs1':
      return rsaPrivate(key, encodeEmsaPkcs1(scheme.hash, digest, modulusBytes(key)))
    case 'rsa-pss':
      return rsaPrivate(key, encodeEmsaPss(pssOf(scheme), digest, modulusBytes(key)))
    case 'ecdsa':
      return signEcdsa(ecdsaCurve(key), key, digest, options)
    case 'ed25519ph':
    case 'ed448ph': {
      const curve = edwardsCurve(scheme.kind)
      return withRawPrivate(key, (seed) => curve.sign(digest, seed, contextOf(options)))
    }
    case 'ml-dsa':
      return signExternalMu(key, digest)
    case 'ed25519':
    case 'ed448':
    case 'slh-dsa':
      throw unsupported('mechanism signs whole messages only')
  }
}

export function verifyDigest(
  scheme: SignatureScheme,
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
  options: MessageOptions,
): boolean {
  assertDigest(scheme, digest, options)
  try {
    return isDigestSignature(scheme, key, digest, signature, options)
  } catch {
    // The libraries refuse a malformed signature by throwing; it is one more that does not verify.
    return false
  }
}

/** PSS with any parameters: salt lengths and mask hashes that the named mechanisms do not use. */
export function verifyPssDigest(
  parameters: PssParameters,
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const encoded = rsaPublic(key, signature)
  return encoded !== undefined && isEmsaPss(parameters, digest, encoded)
}

function isDigestSignature(
  scheme: SignatureScheme,
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
  options: MessageOptions,
): boolean {
  switch (scheme.kind) {
    case 'rsa-pkcs1': {
      // The whole encoding is compared, never parsed: no room for what Bleichenbacher hid in the padding.
      const encoded = rsaPublic(key, signature)
      const expected = encodeEmsaPkcs1(scheme.hash, digest, modulusBytes(key))
      return encoded !== undefined && constantTimeEqual(encoded, expected)
    }
    case 'rsa-pss':
      return verifyPssDigest(pssOf(scheme), key, digest, signature)
    case 'ecdsa': {
      const publicPoint = key.export({ format: 'raw-public' })
      const format = options.format === 'p1363' ? 'compact' : 'der'
      return ecdsaCurve(key).verify(signature, digest, publicPoint, {
        prehash: false,
        lowS: false,
        format,
      })
    }
    case 'ed25519ph':
    case 'ed448ph': {
      const curve = edwardsCurve(scheme.kind)
      const publicPoint = key.export({ format: 'raw-public' })
      return curve.verify(signature, digest, publicPoint, { ...contextOf(options), zip215: false })
    }
    case 'ml-dsa':
      return verifyExternalMu(key, digest, signature)
    case 'ed25519':
    case 'ed448':
    case 'slh-dsa':
      throw unsupported('mechanism signs whole messages only')
  }
}

function signEcdsa(
  curve: CurveFn,
  key: KeyObject,
  digest: Uint8Array,
  options: MessageOptions,
): Uint8Array {
  const format = options.format === 'p1363' ? 'compact' : 'der'
  // The nonce is RFC 6979's with fresh randomness mixed in (§3.6): safe if either source fails.
  const signing = { prehash: false, lowS: false, extraEntropy: true, format } as const
  return withRawPrivate(key, (scalar) => curve.sign(digest, scalar, signing))
}

function assertDigest(scheme: SignatureScheme, digest: Uint8Array, options: MessageOptions): void {
  if (digest.length !== digestBytesOf(scheme)) {
    throw invalidInput('digest is not as long as the mechanism asks')
  }
  assertContext(options.context)
  const takesContext = scheme.kind === 'ed25519ph' || scheme.kind === 'ed448ph'
  if (options.context !== undefined && !takesContext) throw invalidInput('digest takes no context')
}

function contextOf(options: MessageOptions): { context?: Uint8Array } {
  return options.context === undefined ? {} : { context: options.context }
}

function pssOf(scheme: Extract<SignatureScheme, { hash: unknown }>): PssParameters {
  return { hash: scheme.hash, maskHash: scheme.hash, saltBytes: hashLengthBytes(scheme.hash) }
}

/** Lends the raw private key to a library that has no key objects. SAFETY: the copy is zeroed after. */
function withRawPrivate<Result>(key: KeyObject, use: (raw: Uint8Array) => Result): Result {
  const raw = key.export({ format: 'raw-private' })
  try {
    return use(raw)
  } finally {
    raw.fill(0)
  }
}

function modulusBytes(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength as number) / 8
}

function rsaPrivate(key: KeyObject, encoded: Uint8Array): Uint8Array {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded)
}

/** `s^e mod n` for a signature of the modulus's length and value below it (RFC 8017 §8.1.2 step 1). */
function rsaPublic(key: KeyObject, signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== modulusBytes(key)) return undefined
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature)
  } catch {
    return undefined
  }
}

// Signatures over messages, all OpenSSL's: RSASSA (RFC 8017 §8), ECDSA (FIPS 186-5 §6), EdDSA (RFC 8032),
// ML-DSA (FIPS 204) and SLH-DSA (FIPS 205). Signatures over digests are in prehashed-signature.ts.
import { constants, type KeyObject, sign, verify } from 'node:crypto'
import { invalidInput } from '../error.ts'
import { type HashName, opensslHash } from '../hash.ts'
import type { SignMechanism } from '../mechanism.ts'

export type SignatureFormat = 'der' | 'p1363'

/** What a signing mechanism's name stands for. */
export type SignatureScheme =
  | { readonly kind: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa'; readonly hash: HashName }
  | { readonly kind: 'ed25519' | 'ed25519ph' | 'ed448' | 'ed448ph' | 'ml-dsa' | 'slh-dsa' }

export const signatureSchemes: { readonly [Name in SignMechanism]: SignatureScheme } = {
  'rsa-pss-sha256': { kind: 'rsa-pss', hash: 'sha256' },
  'rsa-pss-sha384': { kind: 'rsa-pss', hash: 'sha384' },
  'rsa-pss-sha512': { kind: 'rsa-pss', hash: 'sha512' },
  'rsa-pkcs1-sha1': { kind: 'rsa-pkcs1', hash: 'sha1' },
  'rsa-pkcs1-sha256': { kind: 'rsa-pkcs1', hash: 'sha256' },
  'rsa-pkcs1-sha384': { kind: 'rsa-pkcs1', hash: 'sha384' },
  'rsa-pkcs1-sha512': { kind: 'rsa-pkcs1', hash: 'sha512' },
  'ecdsa-sha1': { kind: 'ecdsa', hash: 'sha1' },
  'ecdsa-sha256': { kind: 'ecdsa', hash: 'sha256' },
  'ecdsa-sha384': { kind: 'ecdsa', hash: 'sha384' },
  'ecdsa-sha512': { kind: 'ecdsa', hash: 'sha512' },
  'ecdsa-sha3-256': { kind: 'ecdsa', hash: 'sha3-256' },
  'ecdsa-sha3-384': { kind: 'ecdsa', hash: 'sha3-384' },
  'ecdsa-sha3-512': { kind: 'ecdsa', hash: 'sha3-512' },
  ed25519: { kind: 'ed25519' },
  ed25519ph: { kind: 'ed25519ph' },
  ed448: { kind: 'ed448' },
  ed448ph: { kind: 'ed448ph' },
  'ml-dsa': { kind: 'ml-dsa' },
  'slh-dsa': { kind: 'slh-dsa' },
}

export type MessageOptions = {
  readonly context?: Uint8Array | undefined
  readonly format?: SignatureFormat | undefined
}

// RFC 8032 §5.2, FIPS 204 §5.2, FIPS 205 §10.2: a context is at most 255 bytes.
const CONTEXT_BYTES_MAX = 255

type NodeOptions = {
  key: KeyObject
  padding?: number
  saltLength?: number
  dsaEncoding?: 'der' | 'ieee-p1363'
  context?: Uint8Array
}
type NodeRequest = { readonly algorithm: string | null; readonly options: NodeOptions }

export function signMessage(
  scheme: SignatureScheme,
  key: KeyObject,
  message: Uint8Array,
  options: MessageOptions,
): Uint8Array {
  const request = nodeRequest(scheme, key, options)
  return sign(request.algorithm, message, request.options)
}

/** The same on the thread pool. */
export function signMessageAsync(
  scheme: SignatureScheme,
  key: KeyObject,
  message: Uint8Array,
  options: MessageOptions,
): Promise<Uint8Array> {
  const request = nodeRequest(scheme, key, options)
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  sign(request.algorithm, message, request.options, (error, signature) => {
    if (error === null) resolve(signature)
    else reject(invalidInput('message could not be signed with this key'))
  })
  return promise
}

/** False for every signature that does not verify, malformed ones included. */
export function verifyMessage(
  scheme: SignatureScheme,
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  options: MessageOptions,
): boolean {
  const request = nodeRequest(scheme, key, options)
  try {
    return verify(request.algorithm, message, request.options, signature)
  } catch {
    return false
  }
}

/** The same on the thread pool. */
export function verifyMessageAsync(
  scheme: SignatureScheme,
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  options: MessageOptions,
): Promise<boolean> {
  const request = nodeRequest(scheme, key, options)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  verify(request.algorithm, message, request.options, signature, (error, valid) =>
    resolve(error === null && valid),
  )
  return promise
}

function nodeRequest(
  scheme: SignatureScheme,
  key: KeyObject,
  options: MessageOptions,
): NodeRequest {
  switch (scheme.kind) {
    case 'rsa-pkcs1':
      assertNoContext(options)
      return {
        algorithm: opensslHash(scheme.hash),
        options: { key, padding: constants.RSA_PKCS1_PADDING },
      }
    case 'rsa-pss':
      assertNoContext(options)
      return {
        algorithm: opensslHash(scheme.hash),
        // A salt as long as the hash, on verification too (FIPS 186-5 §5.4 (g) allows no longer one).
        options: {
          key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        },
      }
    case 'ecdsa': {
      assertNoContext(options)
      const dsaEncoding = options.format === 'p1363' ? 'ieee-p1363' : 'der'
      return { algorithm: opensslHash(scheme.hash), options: { key, dsaEncoding } }
    }
    case 'ed25519':
      assertNoContext(options)
      return { algorithm: null, options: { key } }
    case 'ed448':
    case 'ml-dsa':
    case 'slh-dsa':
      return { algorithm: null, options: withContext(key, options) }
    case 'ed25519ph':
    case 'ed448ph':
      throw invalidInput('mechanism signs digests')
  }
}

function withContext(key: KeyObject, options: MessageOptions): NodeOptions {
  assertContext(options.context)
  return options.context === undefined ? { key } : { key, context: options.context }
}

export function assertContext(context: Uint8Array | undefined): void {
  if (context !== undefined && context.length > CONTEXT_BYTES_MAX) {
    throw invalidInput('context is over 255 bytes')
  }
}

function assertNoContext(options: MessageOptions): void {
  if (options.context !== undefined) throw invalidInput('mechanism takes no context')
}

import { admit } from '../admission.ts'
import { type OpenKey, privateOf, publicOf } from '../key.ts'
import type { SignMechanism } from '../mechanism.ts'
import {
  digestBytesOf,
  prehash,
  signDigest,
  verifyDigest,
} from '../primitive/prehashed-signature.ts'
import {
  type SignatureFormat,
  type SignatureScheme,
  signatureSchemes,
  signMessage,
  signMessageAsync,
  verifyMessage,
  verifyMessageAsync,
} from '../primitive/signature.ts'
import { digestTestOf, type SelfTestName } from '../self-test/self-test-name.ts'
import { specEntry } from '../spec.ts'
import type { Awaitable } from './awaitable.ts'

/**
 * What is signed: a message, or the digest of one made elsewhere. A digest is as long as the mechanism's
 * hash; for Ed25519ph and Ed448ph it is the 64 bytes of PH(M), for ML-DSA the 64 bytes of µ. Ed25519, Ed448
 * and SLH-DSA sign messages only.
 */
export type SignInput = {
  /** At most 255 bytes; for Ed25519ph, Ed448, Ed448ph, ML-DSA and SLH-DSA. */
  readonly context?: Uint8Array
  /** ECDSA only; 'der' when left out. */
  readonly format?: SignatureFormat
} & ({ readonly message: Uint8Array } | { readonly digest: Uint8Array })

type Work =
  | { readonly kind: 'message'; readonly message: Uint8Array }
  | { readonly kind: 'digest'; readonly digest: Uint8Array }

/** Signs: at once where it takes under 150 µs or the thread pool cannot do it, else by promise. */
export function sign(
  key: OpenKey,
  mechanism: SignMechanism,
  input: SignInput,
): Awaitable<Uint8Array> {
  admit(key, mechanism, 'sign', selfTestFor(mechanism, input))
  const scheme = signatureSchemes[mechanism]
  const privateKey = privateOf(key)
  const work = workOf(scheme, input)
  if (work.kind === 'digest') return signDigest(scheme, privateKey, work.digest, input)
  if (specEntry(key.spec).slowPrivate)
    return signMessageAsync(scheme, privateKey, work.message, input)
  return signMessage(scheme, privateKey, work.message, input)
}

/** Whether `signature` is valid; false for a malformed one, an error only for a request that is wrong. */
export function verify(
  key: OpenKey,
  mechanism: SignMechanism,
  input: SignInput,
  signature: Uint8Array,
): Awaitable<boolean> {
  admit(key, mechanism, 'sign', selfTestFor(mechanism, input))
  const scheme = signatureSchemes[mechanism]
  const publicKey = publicOf(key)
  const work = workOf(scheme, input)
  if (work.kind === 'digest') return verifyDigest(scheme, publicKey, work.digest, signature, input)
  if (specEntry(key.spec).slowPublic) {
    return verifyMessageAsync(scheme, publicKey, work.message, signature, input)
  }
  return verifyMessage(scheme, publicKey, work.message, signature, input)
}

/** The bytes of digest `mechanism` signs, or undefined when it signs messages only. */
export function signDigestBytes(mechanism: SignMechanism): number | undefined {
  const scheme = signatureSchemes[mechanism]
  return isMessageOnly(scheme) ? undefined : digestBytesOf(scheme)
}

function selfTestFor(mechanism: SignMechanism, input: SignInput): SelfTestName {
  return 'digest' in input ? (digestTestOf(mechanism) ?? mechanism) : mechanism
}

function isMessageOnly(scheme: SignatureScheme): boolean {
  return scheme.kind === 'ed25519' || scheme.kind === 'ed448' || scheme.kind === 'slh-dsa'
}

function workOf(scheme: SignatureScheme, input: SignInput): Work {
  if ('digest' in input) return { kind: 'digest', digest: input.digest }
  if (scheme.kind === 'ed25519ph' || scheme.kind === 'ed448ph') {
    return { kind: 'digest', digest: prehash(scheme.kind, input.message) }
  }
  return { kind: 'message', message: input.message }
}

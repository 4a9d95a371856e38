import { hashBitsOf, type SignatureOptions } from '@claviger/core'
import { validation } from './error.ts'
import { SIGNING_ALGORITHMS } from './key-spec.ts'

export type SigningName = keyof typeof SIGNING_ALGORITHMS
export const SIGNING_NAMES = Object.keys(SIGNING_ALGORITHMS) as readonly SigningName[]

export const MESSAGE_TYPES = ['RAW', 'DIGEST', 'EXTERNAL_MU'] as const
export type MessageType = (typeof MESSAGE_TYPES)[number]

const MESSAGE: SignatureOptions = Object.freeze({})
const DIGEST: SignatureOptions = Object.freeze({ prehashed: true })

/**
 * How the message is signed, as its type says. With `ED25519_PH_SHA_512` the digest of the caller is the
 * message, and is hashed once more (API reference, Sign, `MessageType`).
 */
export function signatureOptions(algorithm: SigningName, type: MessageType): SignatureOptions {
  return type === 'RAW' || algorithm === 'ED25519_PH_SHA_512' ? MESSAGE : DIGEST
}

/** Whether the algorithm signs this type of message, and a digest has the length of its hash. */
export function assertMessage(algorithm: SigningName, type: MessageType, bytes: number): void {
  const wanted = digestBytes(algorithm, type)
  if (wanted === undefined) {
    throw validation(`MessageType ${type} is not valid for algorithm ${algorithm}.`)
  }
  if (wanted === 'any' || bytes === wanted) return
  if (type === 'EXTERNAL_MU') throw validation('EXTERNAL_MU must have a length of 64 bytes.')
  throw validation(`Digest is invalid length for algorithm ${algorithm}.`)
}

/** The length that a message of this type must have; undefined where the algorithm does not take it. */
function digestBytes(algorithm: SigningName, type: MessageType): number | 'any' | undefined {
  if (algorithm === 'ED25519_PH_SHA_512') return type === 'DIGEST' ? 64 : undefined
  if (type === 'RAW') return 'any'
  if (algorithm === 'ML_DSA_SHAKE_256') return type === 'EXTERNAL_MU' ? 64 : undefined
  const hashBits = hashBitsOf(SIGNING_ALGORITHMS[algorithm])
  return type === 'DIGEST' && hashBits !== undefined ? hashBits / 8 : undefined
}

// Turns raw signature algorithms, injected by the caller, into note signers and note verifiers.
import { encodeUtf8 } from '@claviger/bytes'
import {
  cosignedMessage,
  decodeTimestampedSignature,
  encodeTimestampedSignature,
} from './cosignature.ts'
import { TlogError } from './error.ts'
import type { Sha256 } from './hash.ts'
import type { NoteSigner, NoteVerifier } from './signed-note.ts'
import { keyId, parseVerifierKey, type VerifierKey } from './verifier-key.ts'

export type SignMessage = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>

export interface RawSignature {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

export type VerifyMessage = (signature: RawSignature) => boolean | Promise<boolean>

/** Pure Ed25519 (RFC 8032) and ML-DSA-44 with an empty context (FIPS 204). */
export interface VerifyAlgorithms {
  readonly ed25519?: VerifyMessage
  readonly mlDsa44?: VerifyMessage
}

export interface NoteSignerOptions {
  readonly sha256: Sha256
  readonly key: VerifierKey
  readonly sign: SignMessage
  /** Seconds since the Epoch, for the cosignature types. */
  readonly nowSeconds: () => number
}

export function createNoteSigner(options: NoteSignerOptions): NoteSigner {
  const { key, sign, nowSeconds } = options
  const { name, type } = key
  const id = keyId(options.sha256, key)
  if (type === 'ed25519') return { name, keyId: id, sign: (text) => sign(encodeUtf8(text)) }
  return {
    name,
    keyId: id,
    async sign(text) {
      const timestamp = nowSeconds()
      const message = cosignedMessage(type, { cosignerName: name, timestamp, text })
      return encodeTimestampedSignature(type, { timestamp, signature: await sign(message) })
    },
  }
}

/** @param vkey a verifier key text; refused when no algorithm for its type was given */
export function createNoteVerifier(
  sha256: Sha256,
  vkey: string,
  algorithms: VerifyAlgorithms,
): NoteVerifier {
  const key = parseVerifierKey(sha256, vkey)
  const { name, type, publicKey } = key
  const verify = type === 'cosignature-ml-dsa-44' ? algorithms.mlDsa44 : algorithms.ed25519
  if (verify === undefined) {
    throw new TlogError('malformed-key', 'no algorithm is at hand for this verifier key')
  }
  return {
    name,
    keyId: keyId(sha256, key),
    verify(text, signature) {
      const signed = signedBytes(key, text, signature)
      return signed === undefined ? false : verify({ publicKey, ...signed })
    },
  }
}

/** Message and raw signature, or undefined when the signature cannot be one of this type. */
function signedBytes(
  { name, type }: VerifierKey,
  text: string,
  bytes: Uint8Array,
): { message: Uint8Array; signature: Uint8Array } | undefined {
  if (type === 'ed25519') {
    return bytes.length === 64 ? { message: encodeUtf8(text), signature: bytes } : undefined
  }
  try {
    const { timestamp, signature } = decodeTimestampedSignature(type, bytes)
    return { message: cosignedMessage(type, { cosignerName: name, timestamp, text }), signature }
  } catch (error) {
    if (error instanceof TlogError) return undefined
    throw error
  }
}

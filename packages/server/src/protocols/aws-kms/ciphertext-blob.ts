import { encodeBase64 } from '@claviger/bytes'
import type { Encrypted, Key, Mechanism } from '@claviger/core'
import {
  type CiphertextEnvelope,
  decodeCiphertext,
  type EnvelopeKind,
  encodeCiphertext,
  EnvelopeError,
} from '@claviger/envelope'
import { AwsError } from './error.ts'

/*
 * `CiphertextBlob` of a symmetric key: the keeper's own envelope, which names key and version, so that
 * Decrypt needs no KeyId. That of an RSA key is the bare output of RSAES-OAEP, as in AWS.
 */

/** What authenticates its data; the key may know other modes, but AWS promises authentication. */
const AUTHENTICATED: readonly string[] = [
  'aes-gcm',
  'aes-gcm-siv',
  'aes-ccm',
  'chacha20-poly1305',
] satisfies readonly Mechanism[]

const NOTHING = new Uint8Array(0)
/** Bytes of an envelope before its IV: whole groups of base64, so that its text can be kept. */
const HEAD_CHARACTERS = 32

interface Head {
  readonly kind: EnvelopeKind
  readonly mechanism: Mechanism
  readonly version: number
  readonly text: string
}

/** The head last written for each key; the domain's own cache decides how long a key lives. */
const written = new WeakMap<Key, Head>()

/** The blob in base64, with as little work as an answer on the hot path allows. */
export function writeBlob(kind: EnvelopeKind, key: Key, encrypted: Encrypted): string {
  const { version, mechanism, iv, ciphertext } = encrypted
  // The length of the IV is the head's last byte, and only 12 is usual: others are written in full.
  if (iv.length !== 12) {
    return encodeBase64(encodeCiphertext({ kind, mechanism, key: key.id, version, iv, ciphertext }))
  }
  let head = written.get(key)
  if (
    head === undefined ||
    head.version !== version ||
    head.mechanism !== mechanism ||
    head.kind !== kind
  ) {
    const bare = { kind, mechanism, key: key.id, version, iv, ciphertext: NOTHING }
    const text = encodeBase64(encodeCiphertext(bare)).slice(0, HEAD_CHARACTERS)
    head = { kind, mechanism, version, text }
    written.set(key, head)
  }
  return head.text + encodeBase64(iv) + encodeBase64(ciphertext)
}

/** The envelope, or undefined for what is none that could be decrypted here. */
export function readBlob(blob: Uint8Array): CiphertextEnvelope | undefined {
  try {
    const envelope = decodeCiphertext(blob)
    if (envelope.kind === 'wrapped-key') return undefined
    return AUTHENTICATED.includes(envelope.mechanism) ? envelope : undefined
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined
    throw error
  }
}

/** AWS gives no reason, so that all failures look alike. */
export function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '')
}

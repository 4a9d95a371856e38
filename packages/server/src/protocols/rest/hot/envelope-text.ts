import type { Encrypted, Key } from '@claviger/core'
import {
  type CiphertextEnvelope,
  decodeCiphertextText,
  type EnvelopeKind,
  encodeCiphertextText,
} from '@claviger/envelope'

/*
 * The text form of ciphertext envelopes, without taking apart and putting together what stays the same
 * from one to the next. The fixed part of an envelope (24 bytes: format, mechanism, key, version, length
 * of the IV) is a whole number of base64 groups, so its text is the same wherever the rest differs. A test
 * holds both directions against the envelope package, which alone knows the layout.
 */

const TAG_LENGTH = 'clv1:'.length
const HEAD_LENGTH = TAG_LENGTH + 32
const HEADS_MAX = 4_096
const NOTHING = new Uint8Array(0)

interface Head {
  readonly kind: EnvelopeKind
  readonly mechanism: Encrypted['mechanism']
  readonly version: number
  readonly ivLength: number
  readonly text: string
}

/** The head last written for each key; the domain's own cache decides how long a key lives. */
const written = new WeakMap<Key, Head>()

/** The text of `encodeCiphertextText`. */
export function writeEnvelope(kind: EnvelopeKind, key: Key, encrypted: Encrypted): string {
  const { version, mechanism, iv, ciphertext } = encrypted
  if (iv.length % 3 !== 0) {
    return encodeCiphertextText({ kind, mechanism, key: key.id, version, iv, ciphertext })
  }
  let head = written.get(key)
  if (
    head === undefined ||
    head.version !== version ||
    head.mechanism !== mechanism ||
    head.kind !== kind ||
    head.ivLength !== iv.length
  ) {
    const bare = { kind, mechanism, key: key.id, version, iv, ciphertext: NOTHING }
    const text = encodeCiphertextText(bare).slice(0, HEAD_LENGTH)
    head = { kind, mechanism, version, ivLength: iv.length, text }
    written.set(key, head)
  }
  return head.text + base64url(iv) + base64url(ciphertext)
}

/** What the fixed part of an envelope says, by its text. */
const read = new Map<string, CiphertextEnvelope>()

/** The envelope of `decodeCiphertextText`, which also words every refusal. */
export function readEnvelope(text: string): CiphertextEnvelope {
  const head = text.slice(0, HEAD_LENGTH)
  const known = read.get(head)
  if (known !== undefined) {
    const rest = text.slice(HEAD_LENGTH)
    const bytes = Buffer.from(rest, 'base64url')
    const { kind, mechanism, key, version, iv } = known
    if (bytes.length >= iv.length && bytes.toString('base64url') === rest) {
      const ciphertext = bytes.subarray(iv.length)
      return { kind, mechanism, key, version, iv: bytes.subarray(0, iv.length), ciphertext }
    }
  }
  const envelope = decodeCiphertextText(text)
  if (read.size >= HEADS_MAX) read.clear()
  // Only its length is of use later, and nothing of the caller's is kept.
  const iv = new Uint8Array(envelope.iv.length)
  read.set(head, { ...envelope, iv, ciphertext: NOTHING })
  return envelope
}

function base64url(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('base64url')
}

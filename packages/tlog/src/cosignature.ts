// c2sp.org/tlog-cosignature: a note signature `timestamp(8) || signature` over a checkpoint, of type 0x04
// (Ed25519, over a text with the time) or 0x06 (ML-DSA-44, over a `cosigned_message`).
// Subset: whole checkpoints (start = 0); times up to 2^53 - 1 seconds.
import { ByteReader, ByteWriter, concat, encodeUtf8 } from '@claviger/bytes'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { decodeOrRefuse, TlogError } from './error.ts'
import { HASH_BYTES } from './hash.ts'

export type CosignatureType = 'cosignature-ed25519' | 'cosignature-ml-dsa-44'

export interface TimestampedSignature {
  /** Seconds since the Epoch; 0 makes no statement of time. */
  readonly timestamp: number
  readonly signature: Uint8Array
}

const SIGNATURE_BYTES = {
  'cosignature-ed25519': 64,
  'cosignature-ml-dsa-44': 2420,
} as const satisfies Record<CosignatureType, number>

const SUBTREE_LABEL = encodeUtf8('subtree/v1\n\0')
const NAME_BYTES_MAX = 255
const MESSAGE_BYTES_MAX = SUBTREE_LABEL.length + 2 * (1 + NAME_BYTES_MAX) + 3 * 8 + HASH_BYTES

/** `timestamp(8) || signature` */
export function encodeTimestampedSignature(
  type: CosignatureType,
  { timestamp, signature }: TimestampedSignature,
): Uint8Array {
  assertTimestamp(timestamp)
  if (signature.length !== SIGNATURE_BYTES[type]) throw malformed()
  return concat(new ByteWriter(8).u64(timestamp).finish(), signature)
}

export function decodeTimestampedSignature(
  type: CosignatureType,
  bytes: Uint8Array,
): TimestampedSignature {
  if (bytes.length !== 8 + SIGNATURE_BYTES[type]) throw malformed()
  return decodeOrRefuse('malformed-cosignature', MALFORMED, () => {
    const reader = new ByteReader(bytes)
    return { timestamp: reader.u53(), signature: reader.rest() }
  })
}

export interface CosignedStatement {
  readonly cosignerName: string
  readonly timestamp: number
  /** The checkpoint's note text. */
  readonly text: string
}

/** The message that the cosigner's key signs. */
export function cosignedMessage(type: CosignatureType, statement: CosignedStatement): Uint8Array {
  assertTimestamp(statement.timestamp)
  const checkpoint = parseCheckpoint(statement.text)
  switch (type) {
    case 'cosignature-ed25519':
      return ed25519Message(statement)
    case 'cosignature-ml-dsa-44':
      return subtreeMessage(statement, checkpoint)
  }
}

/** `"cosignature/v1\n" || "time " || decimal || "\n" || note text` ("Ed25519 signed message") */
function ed25519Message({ timestamp, text }: CosignedStatement): Uint8Array {
  return encodeUtf8(`cosignature/v1\ntime ${timestamp}\n${text}`)
}

/**
 * `label(12) || len(1) || cosigner name || timestamp(8) || len(1) || origin || start(8) || end(8) ||
 * hash(32)` ("ML-DSA-44 signed message"). Extension lines are not covered.
 */
function subtreeMessage(statement: CosignedStatement, checkpoint: Checkpoint): Uint8Array {
  const name = encodeUtf8(statement.cosignerName)
  const origin = encodeUtf8(checkpoint.origin)
  if (name.length === 0 || name.length > NAME_BYTES_MAX || origin.length > NAME_BYTES_MAX) {
    throw new TlogError('too-large', 'cosigner name and origin are 1 to 255 bytes')
  }
  return new ByteWriter(MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX)
    .bytes(SUBTREE_LABEL)
    .vector(1, name)
    .u64(statement.timestamp)
    .vector(1, origin)
    .u64(0)
    .u64(checkpoint.size)
    .bytes(checkpoint.root)
    .finish()
}

function assertTimestamp(timestamp: number): void {
  if (!Number.isSafeInteger(timestamp) || timestamp < 0) throw malformed()
}

const MALFORMED = 'the cosignature is malformed'

function malformed(): TlogError {
  return new TlogError('malformed-cosignature', MALFORMED)
}

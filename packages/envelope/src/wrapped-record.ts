import { ByteReader, ByteWriter, encodeUtf8 } from '@claviger/bytes'
import { EnvelopeError } from './error.ts'
import { withEnvelopeErrors } from './parse.ts'

const FORMAT = 0xd1
export const RECORD_NONCE_BYTES = 24
const TAG_BYTES = 16
/** Bounds a record: a mebibyte of secret data and its framing. */
export const RECORD_BYTES_MAX = 1024 * 1024 + 64
const BINDING_BYTES_MAX = 1024
const TEXT_BYTES_MAX = 255
const LABEL = encodeUtf8('claviger/wrapped-record/v1')

/** A secret at rest, encrypted under a key one level up by XAES-256-GCM (c2sp.org/XAES-256-GCM). */
export interface WrappedRecord {
  /** Version of the wrapping key: of the tenant's KEK, or generation of the root or of the seal. */
  readonly wrappedBy: number
  readonly nonce: Uint8Array
  /** With the 16-byte tag at the end. */
  readonly ciphertext: Uint8Array
}

/**
 * `0xd1 || wrapped by(4) || nonce(24) || ciphertext || tag(16)`; the ciphertext runs to the end.
 */
export function encodeWrappedRecord(record: WrappedRecord): Uint8Array {
  if (record.nonce.length !== RECORD_NONCE_BYTES || record.ciphertext.length < TAG_BYTES) {
    throw new EnvelopeError('malformed', 'wrapped record has a nonce of 24 bytes and a tag of 16')
  }
  return withEnvelopeErrors('wrapped record', () =>
    new ByteWriter(RECORD_BYTES_MAX, 5 + RECORD_NONCE_BYTES + record.ciphertext.length)
      .u8(FORMAT)
      .u32(record.wrappedBy)
      .bytes(record.nonce)
      .bytes(record.ciphertext)
      .finish(),
  )
}

/** The byte strings of the result are views into `bytes`. */
export function decodeWrappedRecord(bytes: Uint8Array): WrappedRecord {
  return withEnvelopeErrors('wrapped record', () => {
    if (bytes.length > RECORD_BYTES_MAX) {
      throw new EnvelopeError('too-long', `wrapped record is over ${RECORD_BYTES_MAX} bytes`)
    }
    const reader = new ByteReader(bytes)
    if (reader.u8() !== FORMAT) {
      throw new EnvelopeError('unknown-format', 'the first byte is not that of a wrapped record')
    }
    const wrappedBy = reader.u32()
    const nonce = reader.bytes(RECORD_NONCE_BYTES)
    const ciphertext = reader.rest()
    if (ciphertext.length < TAG_BYTES) throw new EnvelopeError('malformed', 'record has no tag')
    return { wrappedBy, nonce, ciphertext }
  })
}

/** What a record is, so that one that was moved, swapped or put back does not open. */
export type RecordBinding =
  | {
      readonly kind: 'material'
      readonly tenant: string
      readonly key: string
      readonly version: number
      readonly spec: string
      readonly purpose: string
      readonly generation: number
    }
  | {
      readonly kind: 'content'
      readonly tenant: string
      readonly object: string
      readonly objectKind: string
      readonly generation: number
    }
  | { readonly kind: 'tenant-kek'; readonly tenant: string; readonly version: number }
  | { readonly kind: 'integrity-key'; readonly tenant: string }
  | { readonly kind: 'root'; readonly generation: number; readonly set: string }
  /** Inside of a `tenant-kek`, where the tenant has a seal of its own. */
  | { readonly kind: 'own-kek'; readonly tenant: string; readonly version: number }

/** The number of each kind in the associated data. */
export const RECORD_KINDS = {
  material: 1,
  content: 2,
  'tenant-kek': 3,
  'integrity-key': 4,
  root: 5,
  'own-kek': 6,
} as const satisfies Readonly<Record<RecordBinding['kind'], number>>

/**
 * The associated data of a record: `"claviger/wrapped-record/v1" || kind(1) || wrapped by(4) || fields`,
 * where a text is `length(1) || UTF-8` and a number is 4 bytes. One binding has one encoding, and no two
 * bindings share one, because every field is of fixed length or counted and the kind fixes their order.
 */
export function encodeRecordBinding(binding: RecordBinding, wrappedBy: number): Uint8Array {
  return withEnvelopeErrors('record binding', () => {
    const writer = new ByteWriter(BINDING_BYTES_MAX, 160)
      .bytes(LABEL)
      .u8(RECORD_KINDS[binding.kind])
      .u32(wrappedBy)
    const text = (value: string): void => {
      writer.vector(1, encodeUtf8(value), TEXT_BYTES_MAX)
    }
    switch (binding.kind) {
      case 'material':
        text(binding.tenant)
        text(binding.key)
        writer.u32(binding.version)
        text(binding.spec)
        text(binding.purpose)
        writer.u32(binding.generation)
        break
      case 'content':
        text(binding.tenant)
        text(binding.object)
        text(binding.objectKind)
        writer.u32(binding.generation)
        break
      case 'tenant-kek':
      case 'own-kek':
        text(binding.tenant)
        writer.u32(binding.version)
        break
      case 'integrity-key':
        text(binding.tenant)
        break
      case 'root':
        writer.u32(binding.generation)
        text(binding.set)
        break
    }
    return writer.finish()
  })
}

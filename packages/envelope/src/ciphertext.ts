import {
  ByteReader,
  ByteWriter,
  decodeBase64url,
  decodeHex,
  encodeBase64url,
  encodeHex,
} from '@claviger/bytes'
import { EnvelopeError } from './error.ts'
import { type MechanismName, mechanismCode, mechanismName } from './mechanism-code.ts'
import { withEnvelopeErrors } from './parse.ts'

/** What an envelope holds, and the first byte of each. */
export const ENVELOPE_FORMATS = {
  ciphertext: 0xc1,
  'wrapped-key': 0xc2,
  'data-key': 0xc3,
} as const satisfies Readonly<Record<string, number>>
export type EnvelopeKind = keyof typeof ENVELOPE_FORMATS

/** Bounds an envelope: 64 MiB of ciphertext is more than any single call takes. */
export const ENVELOPE_BYTES_MAX = 64 * 1024 * 1024
const IV_BYTES_MAX = 64
const HEADER_BYTES = 24
const TEXT_PREFIX = 'clv1:'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** What a caller needs to hand back for decryption by any protocol. */
export interface CiphertextEnvelope {
  readonly kind: EnvelopeKind
  readonly mechanism: MechanismName
  /** UUID of the key, lower case. */
  readonly key: string
  readonly version: number
  /** Empty for mechanisms without one. */
  readonly iv: Uint8Array
  /** With the tag at the end for AEADs. */
  readonly ciphertext: Uint8Array
}

/**
 * `format(1) || mechanism(2) || key id(16) || version(4) || iv length(1) || iv || ciphertext`,
 * integers big-endian; the ciphertext runs to the end.
 */
export function encodeCiphertext(envelope: CiphertextEnvelope): Uint8Array {
  return withEnvelopeErrors('ciphertext envelope', () =>
    new ByteWriter(
      ENVELOPE_BYTES_MAX,
      HEADER_BYTES + envelope.iv.length + envelope.ciphertext.length,
    )
      .u8(ENVELOPE_FORMATS[envelope.kind])
      .u16(mechanismCode(envelope.mechanism))
      .bytes(encodeKeyId(envelope.key))
      .u32(assertVersion(envelope.version))
      .vector(1, envelope.iv, IV_BYTES_MAX)
      .bytes(envelope.ciphertext)
      .finish(),
  )
}

/** The byte strings of the result are views into `bytes`. */
export function decodeCiphertext(bytes: Uint8Array): CiphertextEnvelope {
  return withEnvelopeErrors('ciphertext envelope', () => {
    if (bytes.length > ENVELOPE_BYTES_MAX) {
      throw new EnvelopeError('too-long', `envelope is over ${ENVELOPE_BYTES_MAX} bytes`)
    }
    const reader = new ByteReader(bytes)
    const kind = envelopeKind(reader.u8())
    const mechanism = mechanismName(reader.u16())
    const key = decodeKeyId(reader.bytes(16))
    const version = assertVersion(reader.u32())
    const iv = reader.vector(1, IV_BYTES_MAX)
    return { kind, mechanism, key, version, iv, ciphertext: reader.rest() }
  })
}

/** `clv1:` and the envelope in base64url without padding. */
export function encodeCiphertextText(envelope: CiphertextEnvelope): string {
  return TEXT_PREFIX + encodeBase64url(encodeCiphertext(envelope))
}

export function decodeCiphertextText(text: string): CiphertextEnvelope {
  if (!text.startsWith(TEXT_PREFIX)) {
    throw new EnvelopeError('unknown-format', `an envelope in text begins with \`${TEXT_PREFIX}\``)
  }
  if (text.length > 2 * ENVELOPE_BYTES_MAX) throw new EnvelopeError('too-long', 'text is too long')
  return withEnvelopeErrors('ciphertext envelope', () =>
    decodeCiphertext(decodeBase64url(text.slice(TEXT_PREFIX.length))),
  )
}

function envelopeKind(format: number): EnvelopeKind {
  switch (format) {
    case ENVELOPE_FORMATS.ciphertext:
      return 'ciphertext'
    case ENVELOPE_FORMATS['wrapped-key']:
      return 'wrapped-key'
    case ENVELOPE_FORMATS['data-key']:
      return 'data-key'
    default:
      throw new EnvelopeError('unknown-format', 'the first byte names no format of this package')
  }
}

/** Versions are numbered from 1. */
function assertVersion(version: number): number {
  if (version === 0) throw new EnvelopeError('malformed', 'version 0 does not exist')
  return version
}

function encodeKeyId(key: string): Uint8Array {
  if (!UUID.test(key)) throw new EnvelopeError('malformed', 'key id is not a lower-case uuid')
  return decodeHex(key.replaceAll('-', ''))
}

function decodeKeyId(bytes: Uint8Array): string {
  const hex = encodeHex(bytes)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

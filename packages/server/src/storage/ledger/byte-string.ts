import { Buffer } from 'node:buffer'

/**
 * Bytes as a string of one character each (latin1). The ledger is searched and rebuilt far more than it is
 * stored, and the engine slices, compares and joins short strings several times faster than buffers; the
 * order of such strings is the order of their bytes.
 */
export type ByteString = string

const NOT_ASCII = /[^\0-\x7f]/

export function bytesOf(text: ByteString): Buffer {
  return Buffer.from(text, 'latin1')
}

export function byteString(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

/** The UTF-8 bytes of `text`. */
export function utf8(text: string): ByteString {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}

/** The text whose UTF-8 bytes these are. */
export function fromUtf8(bytes: ByteString): string {
  return NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}

export function u16(value: number): ByteString {
  return String.fromCharCode(value >>> 8, value & 0xff)
}

export function readU16(bytes: ByteString, at: number): number {
  return (bytes.charCodeAt(at) << 8) | bytes.charCodeAt(at + 1)
}

/** A count up to 2^48 - 1: record numbers, page numbers, revisions. */
export function u48(value: number): ByteString {
  const high = Math.floor(value / 0x1_0000_0000)
  return u16(high) + u16((value >>> 16) & 0xffff) + u16(value & 0xffff)
}

export function readU48(bytes: ByteString, at: number): number {
  return (
    (readU16(bytes, at) * 0x1_0000 + readU16(bytes, at + 2)) * 0x1_0000 + readU16(bytes, at + 4)
  )
}

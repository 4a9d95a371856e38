// The journal of docs/spec/audit-log.md: what is acknowledged and not yet in durable tiles.
//
// Each frame's digest covers the digest before it, so that frames of one journal cannot be dropped,
// reordered or taken from another. A frame is only written after the one before it is on disk: at most the
// last frame can be torn, and whatever follows a torn frame proves damage instead.
import { damaged } from './log-error.ts'

/** SHA-256 as 32 latin1 characters; text is hashed as UTF-8. The cheapest form node:crypto has. */
export type HashLatin1 = (data: Uint8Array | string) => string

export const DIGEST_BYTES = 32
const SEGMENT_MAGIC = 'clvgjnl1'
export const SEGMENT_HEADER_BYTES = 8 + 8 + DIGEST_BYTES + DIGEST_BYTES
/** 0xC1 never occurs in UTF-8, so no entry looks like a frame. */
export const FRAME_MAGIC = 0xc1636c66
export const FRAME_HEADER_BYTES = 4 + 4 + 8 + 4
export const FRAME_PAYLOAD_BYTES_MAX = 4 * 1024 * 1024
/** A segment is left for the next one at this length, at a frame's end. */
export const SEGMENT_BYTES_MIN = 8 * 1024 * 1024
export const SEGMENT_BYTES_MAX =
  SEGMENT_BYTES_MIN + FRAME_PAYLOAD_BYTES_MAX + FRAME_HEADER_BYTES + DIGEST_BYTES

/** The chain before the first frame of all. */
export const CHAIN_START = '\0'.repeat(DIGEST_BYTES)

const SEGMENT_NAME = /^([0-9]{16})\.journal$/

export function segmentName(firstIndex: number): string {
  return `${String(firstIndex).padStart(16, '0')}.journal`
}

/** The index in a segment's name, or undefined when the name is not one. */
export function parseSegmentName(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export interface SegmentHeader {
  readonly firstIndex: number
  /** Digest at the end of the segment before, as latin1. */
  readonly chain: string
}

/** `"clvgjnl1" || first index(8) || chain(32) || SHA-256 of these 48 bytes(32)` */
export function encodeSegmentHeader(hash: HashLatin1, header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  bytes.write(SEGMENT_MAGIC, 0, 'latin1')
  bytes.writeBigUInt64BE(BigInt(header.firstIndex), 8)
  bytes.write(header.chain, 16, 'latin1')
  bytes.write(hash(bytes.subarray(0, 48)), 48, 'latin1')
  return bytes
}

/** The header, or undefined when it is torn. */
export function decodeSegmentHeader(hash: HashLatin1, bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < SEGMENT_HEADER_BYTES) return undefined
  if (bytes.toString('latin1', 48, SEGMENT_HEADER_BYTES) !== hash(bytes.subarray(0, 48)))
    return undefined
  if (bytes.toString('latin1', 0, 8) !== SEGMENT_MAGIC) return undefined
  return { firstIndex: Number(bytes.readBigUInt64BE(8)), chain: bytes.toString('latin1', 16, 48) }
}

export interface Frame {
  readonly firstIndex: number
  readonly count: number
  /** `(length(2) || entry) …`, the encoding of an entry bundle without its limit of 256. */
  readonly payload: Buffer
  readonly digest: string
  /** Bytes of the whole frame. */
  readonly length: number
}

/**
 * The frame at `offset`, or undefined when no whole and intact frame stands there.
 *
 * `magic(4) || count(4) || first index(8) || payload bytes(4) || payload || digest(32)`, where
 * `digest = SHA-256(chain(32) || everything before the digest)`. The chain is the 32 bytes that stand before
 * the frame: the digest of the frame before it, or of the segment header.
 */
export function decodeFrame(hash: HashLatin1, bytes: Buffer, offset: number): Frame | undefined {
  if (offset < DIGEST_BYTES || offset + FRAME_HEADER_BYTES + DIGEST_BYTES > bytes.length)
    return undefined
  if (bytes.readUInt32BE(offset) !== FRAME_MAGIC) return undefined
  const count = bytes.readUInt32BE(offset + 4)
  const firstIndex = Number(bytes.readBigUInt64BE(offset + 8))
  const payloadBytes = bytes.readUInt32BE(offset + 16)
  const start = offset + FRAME_HEADER_BYTES
  const end = start + payloadBytes
  if (payloadBytes > FRAME_PAYLOAD_BYTES_MAX || end + DIGEST_BYTES > bytes.length) return undefined
  const digest = bytes.toString('latin1', end, end + DIGEST_BYTES)
  if (hash(bytes.subarray(offset - DIGEST_BYTES, end)) !== digest) return undefined
  const length = end + DIGEST_BYTES - offset
  return { firstIndex, count, payload: bytes.subarray(start, end), digest, length }
}

/** The entries of a frame, as text. */
export function decodeFramePayload(frame: Frame, path: string): string[] {
  const { payload, count } = frame
  const entries: string[] = []
  let offset = 0
  while (offset < payload.length) {
    const end = offset + 2 + (offset + 2 <= payload.length ? payload.readUInt16BE(offset) : 0)
    if (offset + 2 > payload.length || end > payload.length) throw damaged(path, 'frame payload')
    entries.push(payload.toString('utf8', offset + 2, end))
    offset = end
  }
  if (entries.length !== count) throw damaged(path, 'frame count')
  return entries
}

export interface SegmentContent {
  readonly header: SegmentHeader
  readonly frames: readonly Frame[]
  /** Where the intact frames end. */
  readonly end: number
  readonly nextIndex: number
  /** Digest of the last intact frame, or of the header. */
  readonly chain: string
  /** Bytes after the last intact frame. */
  readonly tornBytes: number
}

/** Reads a segment up to its first frame that is not intact, or undefined when its header is torn. */
export function decodeSegment(hash: HashLatin1, bytes: Buffer): SegmentContent | undefined {
  const header = decodeSegmentHeader(hash, bytes)
  if (header === undefined) return undefined
  const frames: Frame[] = []
  let nextIndex = header.firstIndex
  let chain = bytes.toString('latin1', 48, SEGMENT_HEADER_BYTES)
  let end = SEGMENT_HEADER_BYTES
  for (;;) {
    const frame = decodeFrame(hash, bytes, end)
    if (frame === undefined || frame.firstIndex !== nextIndex) break
    frames.push(frame)
    nextIndex += frame.count
    chain = frame.digest
    end += frame.length
  }
  return { header, frames, end, nextIndex, chain, tornBytes: bytes.length - end }
}

/**
 * Whether a frame of entries after `nextIndex` begins anywhere after `offset`. It was written only after
 * everything before it was on disk, so it proves that what does not read there any more was acknowledged.
 * Its digest is not asked for: the damage may be in the chain before it.
 */
export function hasLaterFrame(bytes: Buffer, offset: number, nextIndex: number): boolean {
  const magic = Buffer.alloc(4)
  magic.writeUInt32BE(FRAME_MAGIC)
  for (let at = bytes.indexOf(magic, offset + 1); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if (at + FRAME_HEADER_BYTES > bytes.length) return false
    const ahead = Number(bytes.readBigUInt64BE(at + 8)) - nextIndex
    if (ahead > 0 && ahead <= FRAME_PAYLOAD_BYTES_MAX) return true
  }
  return false
}

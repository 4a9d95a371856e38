import { ByteReader, ByteWriter, decodeHex, encodeHex } from '@claviger/bytes'
import { decodeBase32, encodeBase32 } from './base32.ts'
import { crc32 } from './crc32.ts'
import { EnvelopeError } from './error.ts'
import { withEnvelopeErrors } from './parse.ts'

const FORMAT = 1
const PREFIX = 'clv-share-'
const GROUP_CHARACTERS = 5
const SET_BYTES = 8
export const SHARE_PAYLOAD_BYTES = 33
const CHECKED_BYTES = 1 + SET_BYTES + 3 + 4 + SHARE_PAYLOAD_BYTES
const SHARE_BYTES = CHECKED_BYTES + 4
/** Room for generous spacing; anything longer is not a share. */
const TEXT_MAX = 400

/** One person's part of the key that opens a seal. */
export interface Share {
  /** Names the set of shares that belong together: 8 bytes in hex. */
  readonly set: string
  /** From 1 to `shares`. */
  readonly index: number
  readonly shares: number
  readonly threshold: number
  /** Of the seal: grows with each rekey. */
  readonly generation: number
  /** `y(32) || x(1)`: 32 values of the polynomials and the place they were taken at. */
  readonly payload: Uint8Array
}

/**
 * `clv-share-` and Crockford base32, in 17 groups of 5, of
 * `format(1) || set(8) || index(1) || shares(1) || threshold(1) || generation(4) || payload(33) || crc32(4)`.
 */
export function encodeShare(share: Share): string {
  assertShare(share)
  const checked = withEnvelopeErrors('share', () =>
    new ByteWriter(CHECKED_BYTES, CHECKED_BYTES)
      .u8(FORMAT)
      .bytes(decodeHex(share.set))
      .u8(share.index)
      .u8(share.shares)
      .u8(share.threshold)
      .u32(share.generation)
      .bytes(share.payload)
      .finish(),
  )
  const bytes = new Uint8Array(SHARE_BYTES)
  bytes.set(checked)
  new DataView(bytes.buffer).setUint32(CHECKED_BYTES, crc32(checked))
  const symbols = encodeBase32(bytes)
  checked.fill(0)
  bytes.fill(0)
  const groups: string[] = []
  for (let start = 0; start < symbols.length; start += GROUP_CHARACTERS) {
    groups.push(symbols.slice(start, start + GROUP_CHARACTERS))
  }
  return PREFIX + groups.join('-')
}

/**
 * Reads a share as people type it: either case, spaces and line breaks and hyphens anywhere, `o` for `0`,
 * `i` and `l` for `1`. Throws `mistyped` before it looks at anything a share says.
 */
export function decodeShare(text: string): Share {
  if (text.length > TEXT_MAX) throw new EnvelopeError('too-long', 'text is too long for a share')
  const plain = text.toLowerCase().replaceAll(/[\s-]/g, '')
  const prefix = PREFIX.replaceAll('-', '')
  if (!plain.startsWith(prefix)) {
    throw new EnvelopeError('mistyped', `a share begins with \`${PREFIX}\``)
  }
  const bytes = decodeBase32(plain.slice(prefix.length), SHARE_BYTES)
  const checked = bytes.subarray(0, CHECKED_BYTES)
  try {
    return withEnvelopeErrors('share', () => {
      const reader = new ByteReader(bytes)
      reader.bytes(CHECKED_BYTES)
      if (reader.u32() !== crc32(checked)) {
        throw new EnvelopeError(
          'mistyped',
          'the share has a typing mistake; compare it with the original',
        )
      }
      return readShare(new ByteReader(checked))
    })
  } finally {
    bytes.fill(0)
  }
}

function readShare(reader: ByteReader): Share {
  if (reader.u8() !== FORMAT) {
    throw new EnvelopeError('unknown-format', 'the share is of a format not known here')
  }
  const share: Share = {
    set: encodeHex(reader.bytes(SET_BYTES)),
    index: reader.u8(),
    shares: reader.u8(),
    threshold: reader.u8(),
    generation: reader.u32(),
    payload: offHeapCopy(reader.bytes(SHARE_PAYLOAD_BYTES)),
  }
  reader.end()
  assertShare(share)
  return share
}

/** A copy, so that what it was read from can be wiped, outside V8's heap, so that it can be wiped itself. */
function offHeapCopy(secret: Uint8Array): Uint8Array {
  const copied = new Uint8Array(new ArrayBuffer(secret.length))
  copied.set(secret)
  return copied
}

function assertShare(share: Share): void {
  const sound =
    share.set.length === 2 * SET_BYTES &&
    share.shares >= 2 &&
    share.threshold >= 2 &&
    share.threshold <= share.shares &&
    share.index >= 1 &&
    share.index <= share.shares &&
    share.generation >= 1 &&
    share.payload.length === SHARE_PAYLOAD_BYTES &&
    share.payload[SHARE_PAYLOAD_BYTES - 1] !== 0
  if (!sound) throw new EnvelopeError('malformed', 'the fields of the share contradict each other')
}

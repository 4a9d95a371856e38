import type { PrefixBytes } from './byte-reader.ts'
import { BytesError } from './error.ts'

const INITIAL_BYTES = 64

/** Writes big-endian fields into a buffer that grows up to `lengthMax` and no further. */
export class ByteWriter {
  readonly #lengthMax: number
  #buffer: Uint8Array
  #view: DataView
  #length = 0

  constructor(lengthMax: number, initialBytes = INITIAL_BYTES) {
    this.#lengthMax = lengthMax
    this.#buffer = new Uint8Array(Math.min(initialBytes, lengthMax))
    this.#view = new DataView(this.#buffer.buffer)
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    assertUint(value, 0xff)
    const start = this.#reserve(1)
    this.#view.setUint8(start, value)
    return this
  }

  u16(value: number): this {
    assertUint(value, 0xffff)
    const start = this.#reserve(2)
    this.#view.setUint16(start, value)
    return this
  }

  u24(value: number): this {
    assertUint(value, 0xff_ffff)
    const start = this.#reserve(3)
    this.#view.setUint16(start, value >>> 8)
    this.#view.setUint8(start + 2, value & 0xff)
    return this
  }

  u32(value: number): this {
    assertUint(value, 0xffff_ffff)
    const start = this.#reserve(4)
    this.#view.setUint32(start, value)
    return this
  }

  /** An unsigned 64-bit field; a number must be a safe integer. */
  u64(value: bigint | number): this {
    if (typeof value === 'number') assertUint(value, Number.MAX_SAFE_INTEGER)
    const wide = BigInt(value)
    if (wide < 0n || wide > 0xffff_ffff_ffff_ffffn) throw outOfRange()
    const start = this.#reserve(8)
    this.#view.setBigUint64(start, wide)
    return this
  }

  bytes(bytes: Uint8Array): this {
    // Reserving may replace the buffer, so it happens before the buffer is named.
    const start = this.#reserve(bytes.length)
    this.#buffer.set(bytes, start)
    return this
  }

  /** `length(prefixBytes) || bytes`; refuses more than the prefix can say or than `lengthMax`. */
  vector(
    prefixBytes: PrefixBytes,
    bytes: Uint8Array,
    lengthMax = 2 ** (8 * prefixBytes) - 1,
  ): this {
    if (bytes.length > lengthMax || bytes.length >= 2 ** (8 * prefixBytes)) {
      throw new BytesError('too-long', `field is over ${lengthMax} bytes`)
    }
    switch (prefixBytes) {
      case 1:
        this.u8(bytes.length)
        break
      case 2:
        this.u16(bytes.length)
        break
      case 3:
        this.u24(bytes.length)
        break
      case 4:
        this.u32(bytes.length)
        break
    }
    return this.bytes(bytes)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  /** Makes room for `length` bytes and returns where they start. */
  #reserve(length: number): number {
    const start = this.#length
    const end = start + length
    if (end > this.#lengthMax) {
      throw new BytesError('too-long', `message is over ${this.#lengthMax} bytes`)
    }
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(
        Math.min(this.#lengthMax, Math.max(end, 2 * this.#buffer.length)),
      )
      grown.set(this.#buffer)
      // The old buffer may hold secrets; what is abandoned is zeroed.
      this.#buffer.fill(0)
      this.#buffer = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#length = end
    return start
  }
}

function assertUint(value: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw outOfRange()
}

function outOfRange(): BytesError {
  return new BytesError('out-of-range', 'integer does not fit its field')
}

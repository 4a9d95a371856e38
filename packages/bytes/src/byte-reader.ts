import { BytesError } from './error.ts'

/** Width of a vector's length prefix in bytes. */
export type PrefixBytes = 1 | 2 | 3 | 4

/**
 * Reads big-endian fields in order from one buffer. Every read is checked against the end before it
 * happens, and a parser finishes with `end()`, which refuses trailing data. Byte strings are views, not
 * copies: a caller that keeps one beyond the buffer's life copies it.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2))
  }

  u24(): number {
    const start = this.#advance(3)
    return this.#view.getUint16(start) * 0x100 + this.#view.getUint8(start + 2)
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4))
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8))
  }

  /** An unsigned 64-bit field as a number; refuses values above 2^53 - 1. */
  u53(): number {
    const value = this.u64()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new BytesError('out-of-range', 'integer is above 2^53 - 1')
    }
    return Number(value)
  }

  /** The next `length` bytes, as a view. */
  bytes(length: number): Uint8Array {
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  /** A byte string behind a length of `prefixBytes` bytes, refused when longer than `lengthMax`. */
  vector(prefixBytes: PrefixBytes, lengthMax: number): Uint8Array {
    const length = this.#length(prefixBytes)
    if (length > lengthMax) throw new BytesError('too-long', `field is over ${lengthMax} bytes`)
    return this.bytes(length)
  }

  /** Everything not read yet, as a view. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  /** Asserts that nothing is left. */
  end(): void {
    if (this.remaining !== 0) throw new BytesError('trailing-data', 'data follows the last field')
  }

  #length(prefixBytes: PrefixBytes): number {
    switch (prefixBytes) {
      case 1:
        return this.u8()
      case 2:
        return this.u16()
      case 3:
        return this.u24()
      case 4:
        return this.u32()
    }
  }

  /** Moves past `length` bytes and returns where they start. */
  #advance(length: number): number {
    const start = this.#offset
    if (!Number.isSafeInteger(length) || length < 0 || length > this.#bytes.length - start) {
      throw new BytesError('truncated', 'data ends inside a field')
    }
    this.#offset = start + length
    return start
  }
}

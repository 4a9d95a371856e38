import {
  DIGEST_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  FRAME_PAYLOAD_BYTES_MAX,
  type HashLatin1,
} from './journal-format.ts'

const INITIAL_BYTES = 64 * 1024
/** A buffer that grew beyond this is given back rather than reused. */
const REUSED_BYTES_MAX = 1024 * 1024
const PAYLOAD_START = DIGEST_BYTES + FRAME_HEADER_BYTES

/**
 * Entries that will be committed together, encoded as they arrive into the frame that will be written.
 * The buffer is `chain(32) || frame`: the digest is taken over what already lies in place.
 */
export class Batch {
  #buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #end = PAYLOAD_START
  readonly entries: string[] = []
  readonly leaves: string[] = []
  readonly settle: { resolve: (index: number) => void; reject: (reason: unknown) => void }[] = []

  get payloadBytes(): number {
    return this.#end - PAYLOAD_START
  }

  get isReusable(): boolean {
    return this.#buffer.length <= REUSED_BYTES_MAX
  }

  /** Whether an entry of `entryBytes` still fits. */
  fits(entryBytes: number): boolean {
    return this.payloadBytes + 2 + entryBytes <= FRAME_PAYLOAD_BYTES_MAX
  }

  /** @param entryBytes length of `entry` in UTF-8 */
  add(entry: string, entryBytes: number, leaf: string): void {
    const start = this.#end
    const end = start + 2 + entryBytes
    if (end + DIGEST_BYTES > this.#buffer.length) this.#grow(end + DIGEST_BYTES)
    this.#buffer[start] = entryBytes >>> 8
    this.#buffer[start + 1] = entryBytes & 0xff
    this.#buffer.write(entry, start + 2, entryBytes, 'utf8')
    this.#end = end
    this.entries.push(entry)
    this.leaves.push(leaf)
  }

  /** Completes the frame and returns its bytes, valid until `reset`, with its digest. */
  seal(hash: HashLatin1, chain: string, firstIndex: number): { bytes: Buffer; digest: string } {
    const buffer = this.#buffer
    buffer.write(chain, 0, 'latin1')
    buffer.writeUInt32BE(FRAME_MAGIC, DIGEST_BYTES)
    buffer.writeUInt32BE(this.entries.length, DIGEST_BYTES + 4)
    buffer.writeBigUInt64BE(BigInt(firstIndex), DIGEST_BYTES + 8)
    buffer.writeUInt32BE(this.payloadBytes, DIGEST_BYTES + 16)
    const digest = hash(buffer.subarray(0, this.#end))
    buffer.write(digest, this.#end, 'latin1')
    return { bytes: buffer.subarray(DIGEST_BYTES, this.#end + DIGEST_BYTES), digest }
  }

  reset(): void {
    this.#end = PAYLOAD_START
    this.entries.length = 0
    this.leaves.length = 0
    this.settle.length = 0
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length))
    this.#buffer.copy(grown, 0, 0, this.#end)
    this.#buffer = grown
  }
}

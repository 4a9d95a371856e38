import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { Checksum, SourceData } from '@smithy/types'

/** What the SDK's signer asks for: SHA-256, or HMAC where there is a key. */
export class SmithySha256 implements Checksum {
  readonly #secret: SourceData | undefined
  #state: Hash | Hmac

  constructor(secret?: SourceData) {
    this.#secret = secret
    this.#state = this.#fresh()
  }

  update(data: SourceData): void {
    this.#state.update(bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#state.digest()
  }

  reset(): void {
    this.#state = this.#fresh()
  }

  #fresh(): Hash | Hmac {
    return this.#secret === undefined
      ? createHash('sha256')
      : createHmac('sha256', bytesOf(this.#secret))
  }
}

function bytesOf(data: SourceData): Uint8Array | string {
  if (typeof data === 'string' || data instanceof Uint8Array) return data
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

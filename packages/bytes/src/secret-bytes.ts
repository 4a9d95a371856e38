import { copy } from './bytes.ts'

const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const REDACTED = '[secret]'

/**
 * Bytes that never print. The only way in is `exposeBytes` or `use`, so every reader of a secret is found
 * by searching for those two names. A wiped secret is a programmer error to read and asserts.
 *
 * INVARIANT: the array is held by reference; whoever placed it in locked memory keeps it there.
 */
export class SecretBytes {
  readonly #bytes: Uint8Array
  #wiped = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Takes a copy of `bytes`, leaving the caller's array to the caller. */
  static copyOf(bytes: Uint8Array): SecretBytes {
    return new SecretBytes(copy(bytes))
  }

  get length(): number {
    return this.#bytes.length
  }

  get isWiped(): boolean {
    return this.#wiped
  }

  /** The bytes themselves, by reference. */
  exposeBytes(): Uint8Array {
    if (this.#wiped) throw new Error('secret was read after it was wiped')
    return this.#bytes
  }

  /** Hands the bytes to `reader` and returns what it returns. */
  use<Result>(reader: (bytes: Uint8Array) => Result): Result {
    return reader(this.exposeBytes())
  }

  /** Overwrites the bytes with zeros. Safe to repeat. */
  wipe(): void {
    this.#bytes.fill(0)
    this.#wiped = true
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [INSPECT](): string {
    return REDACTED
  }

  [Symbol.dispose](): void {
    this.wipe()
  }
}

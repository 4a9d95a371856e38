// The encodings of ASN.1 that key files come in (X.690). They are to be DER, but old programs write BER: Windows,
// Netscape and BouncyCastle leave lengths indefinite and cut OCTET STRINGs to pieces (§8.1.3.6, §8.7.3), so
// both are read. Subset: single-byte tags. Bounded: the depth, and every length by the bytes there are.
import { concat } from '@claviger/bytes'
import { KeyFileError, malformed } from './error.ts'

export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

const CONSTRUCTED_OCTET_STRING = 0x24
const END_OF_CONTENTS = 0x00
const DEPTH_MAX = 24

export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
  /** With its tag and length. */
  readonly encoded: Uint8Array
}

/** Reads elements one after the other; what is read are views of the input. */
export class DerReader {
  readonly #bytes: Uint8Array
  readonly #depth: number
  #offset = 0

  constructor(bytes: Uint8Array, depth = 0) {
    if (depth > DEPTH_MAX) throw new KeyFileError('too-large', 'the file is nested too deeply')
    this.#bytes = bytes
    this.#depth = depth
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length
  }

  /** The next element's tag; undefined at the end. */
  get nextTag(): number | undefined {
    return this.#bytes[this.#offset]
  }

  next(): DerElement {
    const start = this.#offset
    const tag = this.#byte()
    if ((tag & 0x1f) === 0x1f) throw malformed('a tag has more than one byte')
    const length = this.#length(tag)
    if (length === undefined) return this.#indefinite(tag, start)
    if (length > this.#bytes.length - this.#offset) throw malformed('the file ends too soon')
    const content = this.#bytes.subarray(this.#offset, this.#offset + length)
    this.#offset += length
    return { tag, content, encoded: this.#bytes.subarray(start, this.#offset) }
  }

  /** The content of the next element, which must have the tag. */
  element(tag: number): Uint8Array {
    if (this.nextTag !== tag) throw malformed('the file is not of the structure expected')
    return this.next().content
  }

  /** The content of the next element if it has the tag. */
  optional(tag: number): Uint8Array | undefined {
    return this.nextTag === tag ? this.next().content : undefined
  }

  /** What is inside the next element. */
  inside(tag: number): DerReader {
    return new DerReader(this.element(tag), this.#depth + 1)
  }

  sequence(): DerReader {
    return this.inside(TAG.sequence)
  }

  /** `[number] EXPLICIT`, where it is there. */
  optionalExplicit(number: number): DerReader | undefined {
    const content = this.optional(0xa0 + number)
    return content && new DerReader(content, this.#depth + 1)
  }

  /** `tag` for one that is IMPLICIT; either is put together where it comes in pieces. */
  octetString(tag: number = TAG.octetString): Uint8Array {
    const pieced = tag === TAG.octetString ? CONSTRUCTED_OCTET_STRING : tag | 0x20
    if (this.nextTag !== pieced) return this.element(tag)
    const pieces: Uint8Array[] = []
    const inner = this.inside(pieced)
    while (!inner.isAtEnd) pieces.push(inner.octetString())
    return concat(...pieces)
  }

  /** Dotted. */
  oid(): string {
    return oidText(this.element(TAG.oid))
  }

  /** A whole number that is not negative and below 2^48. */
  smallInteger(): number {
    const bytes = this.element(TAG.integer)
    if (bytes.length === 0 || (bytes[0] as number) > 0x7f) {
      throw malformed('a number is negative or empty')
    }
    if (bytes.length > 6) throw new KeyFileError('too-costly', 'a number is out of all proportion')
    return bytes.reduce((value, byte) => value * 0x100 + byte, 0)
  }

  end(): void {
    if (!this.isAtEnd) throw malformed('data follows the last field')
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset]
    if (byte === undefined) throw malformed('the file ends too soon')
    this.#offset += 1
    return byte
  }

  /** Undefined: indefinite. */
  #length(tag: number): number | undefined {
    const first = this.#byte()
    if (first < 0x80) return first
    if (first === 0x80) {
      if ((tag & 0x20) === 0) throw malformed('an indefinite length has nothing to end it')
      return undefined
    }
    if (first > 0x84) throw new KeyFileError('too-large', 'a length is out of all proportion')
    let length = 0
    for (let count = first & 0x7f; count > 0; count--) length = length * 0x100 + this.#byte()
    return length
  }

  #indefinite(tag: number, start: number): DerElement {
    const contentStart = this.#offset
    const inner = new DerReader(this.#bytes.subarray(contentStart), this.#depth + 1)
    while (inner.nextTag !== END_OF_CONTENTS) inner.next()
    const content = this.#bytes.subarray(contentStart, contentStart + inner.#offset)
    if (inner.next().content.length !== 0) throw malformed('an indefinite length ends badly')
    this.#offset = contentStart + inner.#offset
    return { tag, content, encoded: this.#bytes.subarray(start, this.#offset) }
  }
}

const OID_BYTES_MAX = 32

function oidText(bytes: Uint8Array): string {
  if (bytes.length === 0 || bytes.length > OID_BYTES_MAX)
    throw malformed('an identifier is too long')
  const arcs: bigint[] = []
  let arc = 0n
  for (const [index, byte] of bytes.entries()) {
    arc = arc * 128n + BigInt(byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0n
    } else if (index === bytes.length - 1) throw malformed('an identifier ends too soon')
  }
  const first = arcs[0] as bigint
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n
  return [root, first - root * 40n, ...arcs.slice(1)].join('.')
}

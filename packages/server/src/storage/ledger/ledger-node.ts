import { Buffer } from 'node:buffer'

/**
 * One node of the ledger, an ordered tree of byte strings (docs/spec/stored-row.md §3).
 *
 *   level u8 || count u16 || prefixLength u16 || prefix || offset u16 × count || entry × count
 *   entry = suffixLength u16 || suffix || value          key = prefix || suffix
 *
 * Offsets count from the start of the node; a value ends where the next entry, or the node, does.
 */
const HEADER_BYTES = 5
const ENTRY_OVERHEAD_BYTES = 4

/** A node fits one SQLite page of 4 KiB together with the page's and the row's own headers. */
export const NODE_BYTES_MAX = 3_900

/** A key longer than this would leave a node with too few entries to split. */
export const LEDGER_KEY_BYTES_MAX = 1_024

/** How an inner node names a child: `id u48 || digest 32`. */
export interface NodeRef {
  readonly id: number
  readonly digest: Uint8Array
}

export const NODE_REF_BYTES = 38

export function encodeNodeRef(ref: NodeRef): Buffer {
  const bytes = Buffer.allocUnsafe(NODE_REF_BYTES)
  bytes.writeUIntBE(ref.id, 0, 6)
  bytes.set(ref.digest, 6)
  return bytes
}

export function decodeNodeRef(bytes: Buffer): NodeRef {
  return { id: bytes.readUIntBE(0, 6), digest: bytes.subarray(6, NODE_REF_BYTES) }
}

/** Reads a node in place. Its bytes have been authenticated before this sees them. */
export class LedgerNode {
  readonly body: Buffer
  readonly level: number
  readonly count: number
  readonly #prefixLength: number
  readonly #offsets: number

  constructor(body: Buffer) {
    this.body = body
    this.level = body.readUInt8(0)
    this.count = body.readUInt16BE(1)
    this.#prefixLength = body.readUInt16BE(3)
    this.#offsets = HEADER_BYTES + this.#prefixLength
  }

  keyAt(index: number): Buffer {
    const start = this.#entry(index)
    const prefix = this.body.subarray(HEADER_BYTES, HEADER_BYTES + this.#prefixLength)
    const suffix = this.body.subarray(start + 2, start + 2 + this.body.readUInt16BE(start))
    return Buffer.concat([prefix, suffix])
  }

  /** A view of the node's own bytes, not a copy. */
  valueAt(index: number): Buffer {
    const start = this.#entry(index)
    const end = index + 1 < this.count ? this.#entry(index + 1) : this.body.length
    return this.body.subarray(start + 2 + this.body.readUInt16BE(start), end)
  }

  childAt(index: number): NodeRef {
    return decodeNodeRef(this.valueAt(index))
  }

  /** Index of the first key at or after `key`; `count` when every key is before it. */
  lowerBound(key: Buffer): number {
    const { body } = this
    const shared = Math.min(key.length, this.#prefixLength)
    const order = body.compare(key, 0, shared, HEADER_BYTES, HEADER_BYTES + this.#prefixLength)
    if (order !== 0) return order > 0 ? 0 : this.count
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      const start = this.#entry(middle)
      const end = start + 2 + body.readUInt16BE(start)
      if (body.compare(key, this.#prefixLength, key.length, start + 2, end) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of `key`, or -1. */
  find(key: Buffer): number {
    const index = this.lowerBound(key)
    return index < this.count && this.#isAt(index, key) ? index : -1
  }

  /** Index of the child whose range holds `key`; the first child also holds everything before it. */
  childIndex(key: Buffer): number {
    const index = this.lowerBound(key)
    if (index < this.count && this.#isAt(index, key)) return index
    return Math.max(0, index - 1)
  }

  #isAt(index: number, key: Buffer): boolean {
    return this.keyAt(index).equals(key)
  }

  #entry(index: number): number {
    return this.body.readUInt16BE(this.#offsets + 2 * index)
  }
}

/** Bytes that `encodeNode` needs. Keys are sorted, so the first and the last bound the common prefix. */
export function nodeBytes(keys: readonly Buffer[], keyBytes: number, valueBytes: number): number {
  const prefix = commonPrefix(keys)
  const entries = keys.length * ENTRY_OVERHEAD_BYTES + keyBytes - keys.length * prefix + valueBytes
  return HEADER_BYTES + prefix + entries
}

export function encodeNode(
  level: number,
  keys: readonly Buffer[],
  values: readonly Buffer[],
): Buffer {
  const prefix = commonPrefix(keys)
  let length = HEADER_BYTES + prefix + keys.length * (ENTRY_OVERHEAD_BYTES - prefix)
  for (const key of keys) length += key.length
  for (const value of values) length += value.length
  // Slow: the pool's slabs would be held by the nodes the cache keeps.
  const body = Buffer.allocUnsafeSlow(length)
  body.writeUInt8(level, 0)
  body.writeUInt16BE(keys.length, 1)
  body.writeUInt16BE(prefix, 3)
  keys[0]?.copy(body, HEADER_BYTES, 0, prefix)
  let offset = HEADER_BYTES + prefix
  let at = offset + 2 * keys.length
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as Buffer
    offset = body.writeUInt16BE(at, offset)
    at = body.writeUInt16BE(key.length - prefix, at)
    at += key.copy(body, at, prefix)
    at += (values[index] as Buffer).copy(body, at)
  }
  return body
}

function commonPrefix(keys: readonly Buffer[]): number {
  const first = keys[0]
  const last = keys.at(-1)
  if (first === undefined || last === undefined) return 0
  const length = Math.min(first.length, last.length)
  let shared = 0
  while (shared < length && first[shared] === last[shared]) shared++
  return shared
}

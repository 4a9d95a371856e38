import { type ByteString, readU16, readU48, u16, u48 } from './byte-string.ts'

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

/** Bounds the work of rebuilding a node whose keys are alike and so take little room. */
export const NODE_ENTRIES_MAX = 128

/** A key longer than this would leave a node with too few entries to split. */
export const LEDGER_KEY_BYTES_MAX = 1_024

/** How an inner node names a child: `id u48 || digest 32`. */
export interface NodeRef {
  readonly id: number
  readonly digest: ByteString
}

export const NODE_REF_BYTES = 38

export function encodeNodeRef(ref: NodeRef): ByteString {
  return u48(ref.id) + ref.digest
}

export function decodeNodeRef(bytes: ByteString): NodeRef {
  return { id: readU48(bytes, 0), digest: bytes.slice(6, NODE_REF_BYTES) }
}

/** Reads a node in place. Its bytes have been authenticated before this sees them. */
export class LedgerNode {
  readonly level: number
  readonly count: number
  readonly #body: ByteString
  readonly #prefix: ByteString
  readonly #offsets: number

  constructor(body: ByteString) {
    this.#body = body
    this.level = body.charCodeAt(0)
    this.count = readU16(body, 1)
    this.#offsets = HEADER_BYTES + readU16(body, 3)
    this.#prefix = body.slice(HEADER_BYTES, this.#offsets)
  }

  keyAt(index: number): ByteString {
    return this.#prefix + this.#suffixAt(index)
  }

  valueAt(index: number): ByteString {
    const start = this.#entry(index)
    const end = index + 1 < this.count ? this.#entry(index + 1) : this.#body.length
    return this.#body.slice(start + 2 + readU16(this.#body, start), end)
  }

  childAt(index: number): NodeRef {
    return decodeNodeRef(this.valueAt(index))
  }

  /** Index of the first key at or after `key`; `count` when every key is before it. */
  lowerBound(key: ByteString): number {
    const prefix = this.#prefix
    if (!key.startsWith(prefix)) return key < prefix ? 0 : this.count
    const suffix = key.slice(prefix.length)
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#suffixAt(middle) < suffix) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Index of `key`, or -1. */
  find(key: ByteString): number {
    const index = this.lowerBound(key)
    return index < this.count && this.keyAt(index) === key ? index : -1
  }

  /** Index of the child whose range holds `key`; the first child also holds everything before it. */
  childIndex(key: ByteString): number {
    const index = this.lowerBound(key)
    if (index < this.count && this.keyAt(index) === key) return index
    return Math.max(0, index - 1)
  }

  #suffixAt(index: number): ByteString {
    const start = this.#entry(index)
    return this.#body.slice(start + 2, start + 2 + readU16(this.#body, start))
  }

  #entry(index: number): number {
    return readU16(this.#body, this.#offsets + 2 * index)
  }
}

/** Bytes that `encodeNode` needs. Keys are sorted, so the first and the last bound the common prefix. */
export function nodeBytes(
  keys: readonly ByteString[],
  keyBytes: number,
  valueBytes: number,
): number {
  const prefix = commonPrefix(keys)
  const entries = keys.length * ENTRY_OVERHEAD_BYTES + keyBytes - keys.length * prefix + valueBytes
  return HEADER_BYTES + prefix + entries
}

export function encodeNode(
  level: number,
  keys: readonly ByteString[],
  values: readonly ByteString[],
): ByteString {
  const prefixLength = commonPrefix(keys)
  const prefix = (keys[0] ?? '').slice(0, prefixLength)
  let offsets = ''
  let entries = ''
  const start = HEADER_BYTES + prefixLength + 2 * keys.length
  for (let index = 0; index < keys.length; index++) {
    const suffix = (keys[index] as ByteString).slice(prefixLength)
    offsets += u16(start + entries.length)
    entries += u16(suffix.length) + suffix + (values[index] as ByteString)
  }
  return (
    String.fromCharCode(level) + u16(keys.length) + u16(prefixLength) + prefix + offsets + entries
  )
}

function commonPrefix(keys: readonly ByteString[]): number {
  return sharedLength(keys[0] ?? '', keys.at(-1) ?? '')
}

/** How many bytes two keys have in common from the start. */
export function sharedLength(first: ByteString, last: ByteString): number {
  const length = Math.min(first.length, last.length)
  let shared = 0
  while (shared < length && first.charCodeAt(shared) === last.charCodeAt(shared)) shared++
  return shared
}

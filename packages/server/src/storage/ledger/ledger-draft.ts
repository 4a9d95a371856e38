import { type ByteString, byteString, bytesOf } from './byte-string.ts'
import type { NodeSource } from './ledger.ts'
import {
  decodeNodeRef,
  encodeNode,
  encodeNodeRef,
  LedgerNode,
  NODE_BYTES_MAX,
  NODE_ENTRIES_MAX,
  NODE_REF_BYTES,
  type NodeRef,
  nodeBytes,
  sharedLength,
} from './ledger-node.ts'
import type { StoreMac } from './store-mac.ts'

/** A node opened for change. */
interface DraftNode {
  readonly id: number
  readonly level: number
  readonly keys: ByteString[]
  /** Values of a leaf; references of an inner node, stale where the child below has changed. */
  readonly values: ByteString[]
  /** Children of an inner node that are open themselves. */
  readonly children: (DraftNode | undefined)[]
  keyBytes: number
  valueBytes: number
  changed: boolean
}

export interface NodeWrite {
  readonly id: number
  readonly body: Uint8Array
}

/** What a draft amounts to: nodes to write and remove, and the root that then holds. */
export interface LedgerChange {
  readonly writes: readonly NodeWrite[]
  readonly removed: readonly number[]
  readonly root: NodeRef | undefined
  readonly nextNode: number
  /** Hands the written inner nodes to the cache, once they are committed. */
  readonly settle: () => void
}

const PENDING_REF = '\0'.repeat(NODE_REF_BYTES)
/** An insertion this far to the right splits where it landed: ids grow, so full nodes are left behind. */
const APPEND_FRACTION = 0.75
/** A split leaves no side smaller than this for the sake of a prefix. */
const LOPSIDED_FRACTION = 0.25

/**
 * The ledger with changes not yet written. `open` fetches what a change will touch and may throw; after
 * it `put` and `delete` of the same keys cannot, so that a unit of work is applied whole or not at all.
 */
export class LedgerDraft {
  readonly #source: NodeSource
  readonly #mac: StoreMac
  readonly #removed: number[] = []
  #root: DraftNode | undefined
  #nextNode: number

  constructor(source: NodeSource, mac: StoreMac, root: NodeRef | undefined, nextNode: number) {
    this.#source = source
    this.#mac = mac
    this.#root = root === undefined ? undefined : openNode(root.id, source.load(root))
    this.#nextNode = nextNode
  }

  open(key: ByteString): void {
    let node = this.#root
    while (node !== undefined && node.level > 0) node = this.#child(node, childIndex(node, key))
  }

  get(key: ByteString): ByteString | undefined {
    let node = this.#root
    while (node !== undefined && node.level > 0) node = this.#child(node, childIndex(node, key))
    if (node === undefined) return undefined
    const index = lowerBound(node.keys, key)
    return node.keys[index] === key ? node.values[index] : undefined
  }

  put(key: ByteString, value: ByteString): void {
    this.#root ??= this.#newNode(0)
    const root = this.#root
    const beside = this.#put(root, key, value)
    if (beside.length === 0) return
    const top = this.#newNode(root.level + 1)
    for (const [index, node] of [root, ...beside].entries()) insertChild(top, index, node)
    this.#root = top
  }

  delete(key: ByteString): void {
    if (this.#root === undefined) return
    this.#delete(this.#root, key)
    while (this.#root.keys.length <= 1) {
      const root: DraftNode = this.#root
      if (root.keys.length === 0) {
        this.#removed.push(root.id)
        this.#root = undefined
        return
      }
      // A single child that is not open stays under its parent: fetching it could fail.
      const only = root.children[0]
      if (root.level === 0 || only === undefined) return
      this.#removed.push(root.id)
      this.#root = only
    }
  }

  finish(): LedgerChange {
    const writes: NodeWrite[] = []
    const inner: { node: LedgerNode; ref: NodeRef }[] = []
    const seal = (draft: DraftNode): NodeRef => {
      draft.children.forEach((child, index) => {
        if (child?.changed === true) draft.values[index] = encodeNodeRef(seal(child))
      })
      const text = encodeNode(draft.level, draft.keys, draft.values)
      const body = bytesOf(text)
      const ref = { id: draft.id, digest: byteString(this.#mac.node(draft.id, body)) }
      writes.push({ id: draft.id, body })
      if (draft.level > 0) inner.push({ node: new LedgerNode(text), ref })
      return ref
    }
    const root = this.#root === undefined ? undefined : seal(this.#root)
    const removed = this.#removed
    const settle = () => {
      for (const { node, ref } of inner) this.#source.keep(ref, node)
      for (const id of removed) this.#source.forget(id)
    }
    return { writes, removed, root, nextNode: this.#nextNode, settle }
  }

  #put(node: DraftNode, key: ByteString, value: ByteString): readonly DraftNode[] {
    node.changed = true
    if (node.level > 0) {
      const index = childIndex(node, key)
      // INVARIANT: the key of every child is at most the child's least key, also of the first.
      const least = node.keys[index] as ByteString
      if (key < least) {
        node.keys[index] = key
        node.keyBytes += key.length - least.length
      }
      const beside = this.#put(this.#child(node, index), key, value)
      for (const [offset, child] of beside.entries()) insertChild(node, index + 1 + offset, child)
      return this.#split(node, index + 1)
    }
    const index = lowerBound(node.keys, key)
    if (node.keys[index] === key) {
      node.valueBytes += value.length - (node.values[index] as ByteString).length
      node.values[index] = value
    } else {
      node.keys.splice(index, 0, key)
      node.values.splice(index, 0, value)
      node.keyBytes += key.length
      node.valueBytes += value.length
    }
    return this.#split(node, index)
  }

  #delete(node: DraftNode, key: ByteString): void {
    if (node.level === 0) {
      const index = lowerBound(node.keys, key)
      if (node.keys[index] === key) removeAt(node, index)
      return
    }
    const index = childIndex(node, key)
    const child = this.#child(node, index)
    this.#delete(child, key)
    node.changed ||= child.changed
    if (child.keys.length > 0) return
    this.#removed.push(child.id)
    removeAt(node, index)
  }

  /** Splits until every piece fits; returns the pieces to the right of `node`. */
  #split(node: DraftNode, insertedAt: number): readonly DraftNode[] {
    const bytes = nodeBytes(node.keys, node.keyBytes, node.valueBytes)
    if (bytes <= NODE_BYTES_MAX && node.keys.length <= NODE_ENTRIES_MAX) return []
    const at = splitIndex(node.keys, insertedAt)
    const right = this.#newNode(node.level)
    right.keys.push(...node.keys.splice(at))
    right.values.push(...node.values.splice(at))
    right.children.push(...node.children.splice(at))
    recount(node)
    recount(right)
    return [...this.#split(node, 0), right, ...this.#split(right, 0)]
  }

  #child(node: DraftNode, index: number): DraftNode {
    const open = node.children[index]
    if (open !== undefined) return open
    const ref = decodeNodeRef(node.values[index] as ByteString)
    const child = openNode(ref.id, this.#source.load(ref))
    node.children[index] = child
    return child
  }

  #newNode(level: number): DraftNode {
    const id = this.#nextNode++
    return {
      id,
      level,
      keys: [],
      values: [],
      children: [],
      keyBytes: 0,
      valueBytes: 0,
      changed: true,
    }
  }
}

/** Where the right half of a node that has grown too large begins. */
function splitIndex(keys: readonly ByteString[], insertedAt: number): number {
  const count = keys.length
  const [first, inserted, next] = [keys[0], keys[insertedAt], keys[insertedAt + 1]]
  if (first === undefined || inserted === undefined) return count >>> 1
  // Where one prefix ends and another begins, the two part: each side then packs densely as it grows.
  if (next !== undefined && insertedAt >= count * LOPSIDED_FRACTION) {
    if (sharedLength(inserted, next) < sharedLength(first, inserted)) return insertedAt + 1
  }
  if (insertedAt < count * APPEND_FRACTION) return count >>> 1
  return Math.min(insertedAt, count - 1)
}

function openNode(id: number, node: LedgerNode): DraftNode {
  const keys: ByteString[] = []
  const values: ByteString[] = []
  for (let index = 0; index < node.count; index++) {
    keys.push(node.keyAt(index))
    values.push(node.valueAt(index))
  }
  const children = node.level === 0 ? [] : keys.map(() => undefined)
  const draft = { id, level: node.level, keys, values, children, keyBytes: 0, valueBytes: 0 }
  return recount({ ...draft, changed: false })
}

function recount(node: DraftNode): DraftNode {
  node.keyBytes = 0
  node.valueBytes = 0
  for (const key of node.keys) node.keyBytes += key.length
  for (const value of node.values) node.valueBytes += value.length
  return node
}

function insertChild(node: DraftNode, index: number, child: DraftNode): void {
  const key = child.keys[0] as ByteString
  node.keys.splice(index, 0, key)
  node.values.splice(index, 0, PENDING_REF)
  node.children.splice(index, 0, child)
  node.keyBytes += key.length
  node.valueBytes += NODE_REF_BYTES
}

function removeAt(node: DraftNode, index: number): void {
  const [key] = node.keys.splice(index, 1)
  const [value] = node.values.splice(index, 1)
  if (node.level > 0) node.children.splice(index, 1)
  node.keyBytes -= key?.length ?? 0
  node.valueBytes -= value?.length ?? 0
  node.changed = true
}

/** Index of the first key at or after `key`. */
function lowerBound(keys: readonly ByteString[], key: ByteString): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as ByteString) < key) low = middle + 1
    else high = middle
  }
  return low
}

function childIndex(node: DraftNode, key: ByteString): number {
  const index = lowerBound(node.keys, key)
  return node.keys[index] === key ? index : Math.max(0, index - 1)
}

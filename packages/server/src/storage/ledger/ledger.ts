import { constantTimeEqual } from '@claviger/bytes'
import { KeeperError } from '@claviger/core'
import { type ByteString, byteString, bytesOf } from './byte-string.ts'
import { LedgerNode, type NodeRef } from './ledger-node.ts'
import type { StoreMac } from './store-mac.ts'

/** Inner nodes kept in memory, each once authenticated: at most 16 MiB. */
const CACHED_NODES_MAX = 4_096

/** Fetches and authenticates nodes. What it returns is what the last commit wrote. */
export class NodeSource {
  readonly #read: (id: number) => Uint8Array | undefined
  readonly #mac: StoreMac
  /** Least recently used first. Leaves are not kept: reading one costs the same however many there are. */
  readonly #inner = new Map<number, { readonly node: LedgerNode; readonly digest: ByteString }>()

  constructor(read: (id: number) => Uint8Array | undefined, mac: StoreMac) {
    this.#read = read
    this.#mac = mac
  }

  load(ref: NodeRef): LedgerNode {
    const cached = this.#inner.get(ref.id)
    // A commit in flight has newer nodes under the same ids: the parent's digest says which is meant.
    if (cached?.digest === ref.digest) {
      this.#inner.delete(ref.id)
      this.#inner.set(ref.id, cached)
      return cached.node
    }
    const bytes = this.#read(ref.id)
    if (bytes === undefined) throw damagedNode(ref.id, 'is missing')
    const digest = this.#mac.node(ref.id, bytes)
    if (!constantTimeEqual(digest, bytesOf(ref.digest))) {
      throw damagedNode(ref.id, 'does not authenticate')
    }
    const node = new LedgerNode(byteString(bytes))
    // A digest of its own: the reference's is a slice, which would keep the whole parent in memory.
    if (node.level > 0) this.keep({ id: ref.id, digest: byteString(digest) }, node)
    return node
  }

  keep({ id, digest }: NodeRef, node: LedgerNode): void {
    this.#inner.delete(id)
    this.#inner.set(id, { node, digest })
    if (this.#inner.size <= CACHED_NODES_MAX) return
    for (const oldest of this.#inner.keys()) {
      this.#inner.delete(oldest)
      return
    }
  }

  forget(id: number): void {
    this.#inner.delete(id)
  }
}

function damagedNode(id: number, what: string): KeeperError {
  return new KeeperError(
    'integrity',
    `index page ${id} of the store ${what}; restore the store from a backup`,
    { details: { kind: 'index-page', id: String(id) } },
  )
}

export interface LedgerEntry {
  readonly key: ByteString
  readonly value: ByteString
}

type Found = { readonly node: LedgerNode; readonly index: number }

/**
 * The ledger as one read sees it. Leaves are kept for the length of that read only, so that neighbours
 * cost one fetch.
 */
export class LedgerView {
  readonly #source: NodeSource
  readonly #root: NodeRef | undefined
  readonly #leaves = new Map<number, LedgerNode>()
  readonly #onDamage: ((error: KeeperError) => void) | undefined

  /** @param onDamage told of a damaged node that a search then passes over; without it the search throws */
  constructor(
    source: NodeSource,
    root: NodeRef | undefined,
    onDamage?: (error: KeeperError) => void,
  ) {
    this.#source = source
    this.#root = root
    this.#onDamage = onDamage
  }

  get(key: ByteString): ByteString | undefined {
    let ref = this.#root
    while (ref !== undefined) {
      const node = this.#load(ref)
      if (node.level === 0) {
        const index = node.find(key)
        return index < 0 ? undefined : node.valueAt(index)
      }
      ref = node.childAt(node.childIndex(key))
    }
    return undefined
  }

  /** The first entry at or after `key`. */
  atOrAfter(key: ByteString): LedgerEntry | undefined {
    return this.#root === undefined ? undefined : entryOf(this.#ascend(this.#root, key))
  }

  /** Every key that begins with `prefix`, in order: a leaf at a time, where `atOrAfter` would search for each. */
  *keys(prefix: ByteString): Generator<ByteString, void> {
    if (this.#root === undefined) return
    for (const leaf of this.#leavesWith(this.#root, prefix)) {
      for (let index = leaf.lowerBound(prefix); index < leaf.count; index++) {
        const key = leaf.keyAt(index)
        if (!key.startsWith(prefix)) return
        yield key
      }
    }
  }

  /** How many keys begin with `prefix`. */
  count(prefix: ByteString): number {
    let count = 0
    for (const _key of this.keys(prefix)) count++
    return count
  }

  /** The last entry before `key`. */
  before(key: ByteString): LedgerEntry | undefined {
    return this.#root === undefined ? undefined : entryOf(this.#descend(this.#root, key))
  }

  #ascend(ref: NodeRef, key: ByteString): Found | undefined {
    const node = this.#tryLoad(ref)
    if (node === undefined) return undefined
    if (node.level === 0) {
      const index = node.lowerBound(key)
      return index < node.count ? { node, index } : undefined
    }
    for (let index = node.childIndex(key); index < node.count; index++) {
      const found = this.#ascend(node.childAt(index), key)
      if (found !== undefined) return found
    }
    return undefined
  }

  *#leavesWith(ref: NodeRef, prefix: ByteString): Generator<LedgerNode, void> {
    const node = this.#tryLoad(ref)
    if (node === undefined) return
    if (node.level === 0) {
      yield node
      return
    }
    for (let index = node.childIndex(prefix); index < node.count; index++) {
      // A child begins at its key: one that is past the prefix has none of it, nor has any after it.
      const first = node.keyAt(index)
      if (first > prefix && !first.startsWith(prefix)) return
      yield* this.#leavesWith(node.childAt(index), prefix)
    }
  }

  #descend(ref: NodeRef, key: ByteString): Found | undefined {
    const node = this.#tryLoad(ref)
    if (node === undefined) return undefined
    if (node.level === 0) {
      const index = node.lowerBound(key) - 1
      return index >= 0 ? { node, index } : undefined
    }
    for (let index = node.childIndex(key); index >= 0; index--) {
      const found = this.#descend(node.childAt(index), key)
      if (found !== undefined) return found
    }
    return undefined
  }

  #tryLoad(ref: NodeRef): LedgerNode | undefined {
    try {
      return this.#load(ref)
    } catch (error) {
      const isDamage = error instanceof KeeperError && error.code === 'integrity'
      if (this.#onDamage === undefined || !isDamage) throw error
      this.#onDamage(error)
      return undefined
    }
  }

  #load(ref: NodeRef): LedgerNode {
    const seen = this.#leaves.get(ref.id)
    if (seen !== undefined) return seen
    const node = this.#source.load(ref)
    if (node.level === 0) this.#leaves.set(ref.id, node)
    return node
  }
}

function entryOf(found: Found | undefined): LedgerEntry | undefined {
  if (found === undefined) return undefined
  return { key: found.node.keyAt(found.index), value: found.node.valueAt(found.index) }
}

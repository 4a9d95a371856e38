/** Hash height of a tile: 2^8 hashes wide (c2sp.org/tlog-tiles, "Merkle Tree"). */
export const TILE_HEIGHT = 8
export const TILE_WIDTH = 256

/** Combines two children; `H` is whatever the caller holds a hash in (bytes, or a latin1 string). */
export type CombineHashes<H> = (left: H, right: H) => H

/** Told of every hash that belongs to a tile: those at tree heights 0, 8, 16, … (tile levels 0, 1, 2, …). */
export type TileHashListener<H> = (level: number, hash: H) => void

/**
 * The right edge of a growing RFC 6962 tree: one hash for each complete subtree, largest first. Appending
 * costs one combination on average, and nothing but the edge is kept.
 */
export class Frontier<H> {
  readonly #combine: CombineHashes<H>
  readonly #edge: H[] = []
  #size = 0

  /**
   * @param edge hashes of the complete subtrees of a tree of `size` leaves, largest first
   */
  constructor(combine: CombineHashes<H>, size = 0, edge: readonly H[] = []) {
    if (edge.length !== subtreeHeights(size).length) {
      throw new RangeError('the edge does not fit the size')
    }
    this.#combine = combine
    this.#size = size
    this.#edge.push(...edge)
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size
  }

  append(leaf: H, onTileHash?: TileHashListener<H>): void {
    onTileHash?.(0, leaf)
    let hash = leaf
    // The trailing one bits of the size are the complete subtrees that the new leaf closes.
    let rest = this.#size
    for (let height = 1; rest % 2 === 1; height++) {
      hash = this.#combine(this.#edge.pop() as H, hash)
      rest = (rest - 1) / 2
      if (onTileHash !== undefined && height % TILE_HEIGHT === 0) {
        onTileHash(height / TILE_HEIGHT, hash)
      }
    }
    this.#edge.push(hash)
    this.#size++
  }

  /** The root, or undefined for the tree without leaves. */
  root(): H | undefined {
    return foldEdge(this.#combine, this.#edge)
  }

  /** A copy of the edge, for a proof or a restart. */
  edge(): readonly H[] {
    return [...this.#edge]
  }
}

/** Heights of the complete subtrees of a tree of `size` leaves, largest first: the one bits of `size`. */
export function subtreeHeights(size: number): number[] {
  const heights: number[] = []
  for (let height = 0, rest = size; rest > 0; height++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) heights.unshift(height)
  }
  return heights
}

/** The root over complete subtrees, largest first: the smaller ones are combined first (RFC 6962 §2.1). */
export function foldEdge<H>(combine: CombineHashes<H>, edge: readonly H[]): H | undefined {
  let root = edge.at(-1)
  for (let index = edge.length - 2; index >= 0; index--) {
    root = combine(edge[index] as H, root as H)
  }
  return root
}

import { TlogError } from './error.ts'
import { foldEdge, subtreeHeights, TILE_HEIGHT, TILE_WIDTH } from './frontier.ts'
import { hashEmptyTree, hashNode, type Sha256 } from './hash.ts'
import { readTile, type TileSource } from './tile-source.ts'

/**
 * Computes hashes of a tree of a fixed size from its tiles, and from them roots and proofs. Tiles read are
 * kept for the life of the reader: make one for a proof, not one for a server.
 */
export class TreeReader {
  readonly #source: TileSource
  readonly #sha256: Sha256
  readonly #tiles = new Map<string, Promise<Uint8Array[]>>()
  /** Leaves in the tree. */
  readonly size: number

  constructor(source: TileSource, sha256: Sha256, size: number) {
    this.#source = source
    this.#sha256 = sha256
    this.size = size
  }

  /** The root of the first `size` leaves; all of them when left out. */
  async root(size = this.size): Promise<Uint8Array> {
    this.#assertSize(size)
    return foldEdge(this.#combine, await this.edge(size)) ?? hashEmptyTree(this.#sha256)
  }

  /** Hashes of the complete subtrees of the first `size` leaves, largest first. */
  async edge(size = this.size): Promise<Uint8Array[]> {
    this.#assertSize(size)
    const edge: Uint8Array[] = []
    let start = 0
    for (const height of subtreeHeights(size)) {
      edge.push(await this.#subtree(height, start / 2 ** height))
      start += 2 ** height
    }
    return edge
  }

  /** PATH(index, D[0:size]) (RFC 6962 §2.1.1). */
  async proveInclusion(index: number): Promise<Uint8Array[]> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) {
      throw new TlogError('out-of-range', 'the entry index is not inside the tree')
    }
    const path: Uint8Array[] = []
    let start = 0
    let end = this.size
    while (end - start > 1) {
      const middle = start + splitPoint(end - start)
      if (index < middle) {
        path.unshift(await this.#range(middle, end))
        end = middle
      } else {
        path.unshift(await this.#range(start, middle))
        start = middle
      }
    }
    return path
  }

  /** PROOF(oldSize, D[0:size]) (RFC 6962 §2.1.2). Empty for the empty tree and for the same tree. */
  async proveConsistency(oldSize: number): Promise<Uint8Array[]> {
    this.#assertSize(oldSize)
    if (oldSize === 0) return []
    const proof: Uint8Array[] = []
    let start = 0
    let end = this.size
    while (end !== oldSize) {
      const middle = start + splitPoint(end - start)
      if (oldSize <= middle) {
        proof.unshift(await this.#range(middle, end))
        end = middle
      } else {
        proof.unshift(await this.#range(start, middle))
        start = middle
      }
    }
    // The older root itself is known to the verifier and is not sent.
    return start === 0 ? proof : [await this.#range(start, end), ...proof]
  }

  readonly #combine = (left: Uint8Array, right: Uint8Array): Uint8Array =>
    hashNode(this.#sha256, left, right)

  /** MTH(D[start:end]) where `start` is a multiple of the power of two at or above the length. */
  async #range(start: number, end: number): Promise<Uint8Array> {
    const edge: Uint8Array[] = []
    let at = start
    for (const height of subtreeHeights(end - start)) {
      edge.push(await this.#subtree(height, at / 2 ** height))
      at += 2 ** height
    }
    return foldEdge(this.#combine, edge) as Uint8Array
  }

  /** The hash of the complete subtree of 2^height leaves at `index`, folded out of its tile. */
  async #subtree(height: number, index: number): Promise<Uint8Array> {
    const level = Math.floor(height / TILE_HEIGHT)
    const count = 2 ** (height % TILE_HEIGHT)
    const first = index * count
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH))
    let hashes = tile.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + count)
    if (hashes.length !== count) throw new TlogError('malformed-tile', 'a tile is too narrow')
    while (hashes.length > 1) {
      hashes = Array.from({ length: hashes.length / 2 }, (_, pair) =>
        this.#combine(hashes[2 * pair] as Uint8Array, hashes[2 * pair + 1] as Uint8Array),
      )
    }
    return hashes[0] as Uint8Array
  }

  #tile(level: number, index: number): Promise<Uint8Array[]> {
    const key = `${level}/${index}`
    let tile = this.#tiles.get(key)
    if (tile === undefined) {
      tile = readTile(this.#source, level, index, this.size)
      this.#tiles.set(key, tile)
    }
    return tile
  }

  #assertSize(size: number): void {
    if (!Number.isSafeInteger(size) || size < 0 || size > this.size) {
      throw new TlogError('out-of-range', 'the tree size is not within the tree')
    }
  }
}

/** The largest power of two below `length` (RFC 6962 §2.1). */
function splitPoint(length: number): number {
  let split = 1
  while (split * 2 < length) split *= 2
  return split
}

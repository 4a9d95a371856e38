import { type CombineHashes, encodeTilePath, Frontier, TILE_WIDTH } from '@claviger/tlog'
import { DIGEST_BYTES, type HashLatin1 } from './journal-format.ts'

/** A file of the log that is due: its tlog-tiles path and, made only when written, its bytes. */
export interface TileJob {
  readonly path: string
  /** The `.p` folder that this full tile makes needless. */
  readonly replaces?: string | undefined
  encode(): Uint8Array
}

/** A copy of the tree's state from which frontier and rightmost tiles continue. */
export interface TreeEdge {
  /** A multiple of 256. */
  readonly size: number
  /** For each level from 1, the hashes in its rightmost tile, as latin1. */
  readonly levels: readonly (readonly string[])[]
}

/** Hashes two children held as latin1 strings (RFC 6962 §2.1): no allocation but the result. */
export function createCombineLatin1(hash: HashLatin1): CombineHashes<string> {
  const message = Buffer.alloc(1 + 2 * DIGEST_BYTES)
  message[0] = 0x01
  return (left, right) => {
    message.write(left, 1, 'latin1')
    message.write(right, 1 + DIGEST_BYTES, 'latin1')
    return hash(message)
  }
}

/** The leaf hash of an entry, as latin1. */
export function hashLeafLatin1(hash: HashLatin1, entry: string): string {
  return hash(`\0${entry}`)
}

/**
 * The durable tree: its frontier, and the rightmost tile of every level. Full tiles leave as jobs; partial
 * ones are made from a snapshot when a checkpoint needs them.
 */
export class TreeState {
  readonly #frontier: Frontier<string>
  readonly #levels: string[][]
  #entries: string[] = []
  readonly #onFull: (job: TileJob) => void

  constructor(hash: HashLatin1, edge: TreeEdge, onFull: (job: TileJob) => void) {
    const combine = createCombineLatin1(hash)
    this.#frontier = new Frontier(combine, edge.size, subtreesOf(combine, edge))
    this.#levels = [[], ...edge.levels.map((hashes) => [...hashes])]
    this.#onFull = onFull
  }

  get size(): number {
    return this.#frontier.size
  }

  append(entry: string, leaf: string): void {
    this.#entries.push(entry)
    this.#frontier.append(leaf, this.#collect)
  }

  /** The root as bytes, or undefined for the empty tree. */
  root(): Uint8Array | undefined {
    const root = this.#frontier.root()
    return root === undefined ? undefined : Buffer.from(root, 'latin1')
  }

  /** The entries after the last full bundle. */
  tail(): readonly string[] {
    return [...this.#entries]
  }

  /** The partial tiles and the partial bundle of the tree as it is now. */
  partials(): TileJob[] {
    const jobs: TileJob[] = []
    for (const [level, hashes] of this.#levels.entries()) {
      if (hashes.length === 0) continue
      const index = Math.floor(this.size / TILE_WIDTH ** (level + 1))
      jobs.push(tileJob(level, index, [...hashes]))
      if (level === 0) jobs.push(bundleJob(index, [...this.#entries]))
    }
    return jobs
  }

  readonly #collect = (level: number, hash: string): void => {
    this.#levels[level] ??= []
    const hashes = this.#levels[level]
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return
    this.#levels[level] = []
    // The frontier reports before it counts the leaf that closes the tile.
    const index = (this.size + 1) / TILE_WIDTH ** (level + 1) - 1
    if (level === 0) {
      this.#onFull(bundleJob(index, this.#entries))
      this.#entries = []
    }
    this.#onFull(tileJob(level, index, hashes))
  }
}

/** The frontier's hashes out of the rightmost tiles: the one bits of each width are folded runs. */
function subtreesOf(combine: CombineHashes<string>, edge: TreeEdge): string[] {
  const subtrees: string[] = []
  for (const hashes of edge.levels.toReversed()) {
    let start = 0
    for (let run = TILE_WIDTH / 2; run >= 1; run /= 2) {
      if ((hashes.length & run) === 0) continue
      let fold = hashes.slice(start, start + run)
      while (fold.length > 1) {
        const below = fold
        fold = Array.from({ length: below.length / 2 }, (_, pair) =>
          combine(below[2 * pair] as string, below[2 * pair + 1] as string),
        )
      }
      subtrees.push(fold[0] as string)
      start += run
    }
  }
  return subtrees
}

function tileJob(level: number, index: number, hashes: readonly string[]): TileJob {
  return {
    ...jobPaths(level, index, hashes.length),
    encode: () => Buffer.from(hashes.join(''), 'latin1'),
  }
}

function bundleJob(index: number, entries: readonly string[]): TileJob {
  return { ...jobPaths('entries', index, entries.length), encode: () => encodeBundle(entries) }
}

function jobPaths(level: number | 'entries', index: number, width: number) {
  const path = encodeTilePath({ level, index, width })
  return { path, replaces: width === TILE_WIDTH ? `${path}.p` : undefined }
}

/** `(length(2) || entry) …` straight from text: the general encoder would copy every entry twice. */
function encodeBundle(entries: readonly string[]): Uint8Array {
  const lengths = entries.map((entry) => Buffer.byteLength(entry))
  const bundle = Buffer.allocUnsafe(lengths.reduce((total, length) => total + 2 + length, 0))
  let offset = 0
  for (const [index, entry] of entries.entries()) {
    const length = lengths[index] as number
    bundle.writeUInt16BE(length, offset)
    bundle.write(entry, offset + 2, length, 'utf8')
    offset += 2 + length
  }
  return bundle
}

import { type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { TlogError } from './error.ts'
import { Frontier, TILE_WIDTH } from './frontier.ts'
import { equalHashes, hashEmptyTree, hashLeaf, hashNode, type Sha256 } from './hash.ts'
import type { NoteVerifier } from './signed-note.ts'
import { encodeTilePath, partialTiles, type Tile } from './tile-path.ts'
import { readCheckpointNote, readEntryBundle, readTile, type TileSource } from './tile-source.ts'

export interface VerifyLogOptions {
  readonly source: TileSource
  readonly sha256: Sha256
  readonly verifiers: readonly NoteVerifier[]
  readonly origin: string
  /** A signed checkpoint kept from earlier: the log must begin with the tree it names. */
  readonly saved?: Uint8Array | undefined
  /** Told of every entry once its leaf was found in its tile, before the root is known to hold. */
  readonly onEntry?: ((index: number, entry: Uint8Array) => void) | undefined
}

export interface LogVerification {
  readonly checkpoint: OpenedCheckpoint
  readonly saved: OpenedCheckpoint | undefined
  /** Entries, tiles and bundles recomputed. */
  readonly entries: number
  readonly tiles: number
  readonly bundles: number
}

/**
 * Verifies a whole log without trusting its server: every entry against its leaf, every tile against the
 * tiles below it, the root against the signed checkpoint, and the log's beginning against a checkpoint
 * saved earlier. The error names the first entry or tile that is wrong.
 */
export async function verifyLog(options: VerifyLogOptions): Promise<LogVerification> {
  const { source, verifiers, origin } = options
  const checkpoint = await openCheckpoint(await readCheckpointNote(source), verifiers, origin)
  const saved =
    options.saved === undefined ? undefined : await openCheckpoint(options.saved, verifiers, origin)
  if (saved !== undefined && saved.size > checkpoint.size) {
    throw new TlogError(
      'inconsistent',
      `the log ends at entry ${checkpoint.size}, before the saved checkpoint's size ${saved.size}`,
    )
  }
  const recomputed = new Recomputation(options, checkpoint.size)
  await recomputed.run(saved)
  if (!equalHashes(recomputed.root(), checkpoint.root)) {
    throw new TlogError('root-mismatch', 'the tiles do not add up to the checkpoint')
  }
  const { tiles, bundles } = recomputed
  return { checkpoint, saved, entries: checkpoint.size, tiles, bundles }
}

/** Rebuilds every tile of one tree from its entries and compares. */
class Recomputation {
  readonly #options: VerifyLogOptions
  readonly #size: number
  readonly #frontier: Frontier<Uint8Array>
  /** For each level the hashes of its rightmost tile so far. */
  readonly #levels: Uint8Array[][] = []
  /** Complete tiles not compared yet. */
  #complete: { tile: Tile; hashes: Uint8Array[] }[] = []
  tiles = 0
  bundles = 0

  constructor(options: VerifyLogOptions, size: number) {
    this.#options = options
    this.#size = size
    this.#frontier = new Frontier((left, right) => hashNode(options.sha256, left, right))
  }

  async run(saved: OpenedCheckpoint | undefined): Promise<void> {
    if (saved?.size === 0) this.#compareSaved(saved)
    for (let bundle = 0; bundle * TILE_WIDTH < this.#size; bundle++) {
      await this.#addBundle(bundle, saved)
    }
    for (const tile of partialTiles(this.#size)) {
      if (tile.level === 'entries' || tile.level === 0) continue
      await this.#compareTile(tile, this.#levels[tile.level] ?? [])
    }
  }

  root(): Uint8Array {
    return this.#frontier.root() ?? hashEmptyTree(this.#options.sha256)
  }

  async #addBundle(bundle: number, saved: OpenedCheckpoint | undefined): Promise<void> {
    const { source, sha256, onEntry } = this.#options
    const entries = await readEntryBundle(source, bundle, this.#size)
    const leaves = await readTile(source, 0, bundle, this.#size)
    this.bundles++
    this.tiles++
    for (const [at, entry] of entries.entries()) {
      const leaf = hashLeaf(sha256, entry)
      const index = bundle * TILE_WIDTH + at
      if (!equalHashes(leaf, leaves[at] as Uint8Array)) {
        const path = encodeTilePath({ level: 0, index: bundle, width: entries.length })
        throw new TlogError('entry-mismatch', `entry ${index} does not match its leaf in ${path}`)
      }
      onEntry?.(index, entry)
      this.#frontier.append(leaf, (level, hash) => this.#collect(level, hash))
      if (saved?.size === this.#frontier.size) this.#compareSaved(saved)
    }
    for (const { tile, hashes } of this.#complete.splice(0)) await this.#compareTile(tile, hashes)
  }

  #collect(level: number, hash: Uint8Array): void {
    if (level === 0) return
    this.#levels[level] ??= []
    const hashes = this.#levels[level]
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return
    const index = this.#frontier.size + 1
    const tile = { level, index: index / TILE_WIDTH ** (level + 1) - 1, width: TILE_WIDTH }
    this.#complete.push({ tile, hashes: hashes.splice(0) })
  }

  async #compareTile(tile: Tile, expected: readonly Uint8Array[]): Promise<void> {
    const hashes = await readTile(
      this.#options.source,
      tile.level as number,
      tile.index,
      this.#size,
    )
    this.tiles++
    const wrong = expected.findIndex((hash, at) => !equalHashes(hash, hashes[at] as Uint8Array))
    if (wrong >= 0 || expected.length !== hashes.length) {
      throw new TlogError(
        'tile-mismatch',
        `${encodeTilePath(tile)} does not match the tiles below it at hash ${wrong}`,
      )
    }
  }

  #compareSaved(saved: OpenedCheckpoint): void {
    if (equalHashes(this.root(), saved.root)) return
    throw new TlogError(
      'inconsistent',
      `the first ${saved.size} entries are not those of the saved checkpoint`,
    )
  }
}

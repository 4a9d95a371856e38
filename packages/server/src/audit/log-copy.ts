// A log is copied as its entries alone: whoever has them makes everything else of them again.
import { join } from 'node:path'
import { encodeUtf8 } from '@claviger/bytes'
import { BUNDLE_BYTES_MAX, encodeEntryBundle, encodeTilePath, TILE_WIDTH } from '@claviger/tlog'
import { CHAIN_START, encodeSegmentHeader, type HashLatin1, segmentName } from './journal-format.ts'
import { damaged } from './log-error.ts'
import { type LogFiles, nodeLogFiles } from './log-files.ts'
import { hashLeafLatin1, type TileJob, TreeState } from './tree-state.ts'

/** A log up to some entry. */
export interface LogCut {
  readonly size: number
  /** Undefined while it is empty. */
  readonly root: Uint8Array | undefined
  /** The entries after the last full bundle. */
  readonly tail: readonly string[]
}

/** `(length(2) || entry) …` of every entry of the cut. */
export async function* copyEntries(
  folder: string,
  { size, tail }: LogCut,
  files: LogFiles = nodeLogFiles,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bundles = Math.floor(size / TILE_WIDTH)
  for (let index = 0; index < bundles; index++) {
    const tile = encodeTilePath({ level: 'entries', index, width: TILE_WIDTH })
    const path = join(folder, tile)
    const bundle = await files.read(path, BUNDLE_BYTES_MAX)
    if (bundle === undefined) throw damaged(path, 'it is gone')
    yield bundle
  }
  if (tail.length > 0) yield encodeEntryBundle(tail.map((entry) => encodeUtf8(entry)))
}

/** Makes a log of its entries, as they come: the tree in memory, its files one by one. */
export class LogRebuild {
  readonly #hash: HashLatin1
  readonly #tree: TreeState
  readonly #onTile: (tile: TileJob) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(hash: HashLatin1, onTile: (tile: TileJob) => void = () => undefined) {
    this.#hash = hash
    this.#onTile = onTile
    this.#tree = new TreeState(hash, { size: 0, levels: [] }, onTile)
  }

  /** Takes the next piece of what `copyEntries` gave, cut anywhere. */
  push(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, piece])
    let at = 0
    while (at + 2 <= bytes.length) {
      const end = at + 2 + bytes.readUInt16BE(at)
      if (end > bytes.length) break
      const entry = bytes.toString('utf8', at + 2, end)
      this.#tree.append(entry, hashLeafLatin1(this.#hash, entry))
      at = end
    }
    this.#rest = bytes.subarray(at)
  }

  /** The log's head; undefined when the last entry is cut off. */
  finish(): { readonly size: number; readonly root: Uint8Array | undefined } | undefined {
    if (this.#rest.length > 0) return undefined
    for (const tile of this.#tree.partials()) this.#onTile(tile)
    return { size: this.#tree.size, root: this.#tree.root() }
  }
}

/** The journal of a log whose entries are all in tiles: one segment, and nothing in it yet. */
export function emptyJournal(
  hash: HashLatin1,
  size: number,
  checkpoint: Uint8Array,
): { readonly path: string; readonly bytes: Uint8Array } {
  const chain = size === 0 ? CHAIN_START : hash(checkpoint)
  return {
    path: join('journal', segmentName(size)),
    bytes: encodeSegmentHeader(hash, { firstIndex: size, chain }),
  }
}

// Reads tiles and bundles of c2sp.org/tlog-tiles from anywhere that serves its paths: a folder, HTTP, memory.
import { BUNDLE_BYTES_MAX, decodeEntryBundle } from './entry-bundle.ts'
import { TlogError } from './error.ts'
import { TILE_WIDTH } from './frontier.ts'
import { HASH_BYTES } from './hash.ts'
import { CHECKPOINT_PATH, encodeTilePath, type Tile, tileInTree } from './tile-path.ts'
import { NOTE_BYTES_MAX } from './signed-note.ts'

export interface TileSource {
  /**
   * The resource at a tlog-tiles path, or undefined when there is none. An implementation reads at most
   * `bytesMax` and one more, so that an oversized resource is seen to be one.
   */
  read(path: string, bytesMax: number): Promise<Uint8Array | undefined>
}

const TILE_BYTES = TILE_WIDTH * HASH_BYTES

/** The signed checkpoint, unverified. */
export async function readCheckpointNote(source: TileSource): Promise<Uint8Array> {
  const note = await source.read(CHECKPOINT_PATH, NOTE_BYTES_MAX)
  if (note === undefined) throw new TlogError('missing', 'there is no checkpoint')
  if (note.length > NOTE_BYTES_MAX) throw new TlogError('too-large', 'the checkpoint is too large')
  return note
}

/** The hashes of a tile as a tree of `treeSize` leaves has it. */
export async function readTile(
  source: TileSource,
  level: number,
  index: number,
  treeSize: number,
): Promise<Uint8Array[]> {
  const tile = tileInTree(level, index, treeSize)
  if (tile === undefined) throw new TlogError('out-of-range', 'the tree has no such tile')
  const { bytes, path, exact } = await readResource(source, tile, TILE_BYTES)
  const length = exact ? tile.width * HASH_BYTES : TILE_BYTES
  if (bytes.length !== length) {
    throw new TlogError('malformed-tile', `${path} does not have the length of its width`)
  }
  return splitHashes(bytes.subarray(0, tile.width * HASH_BYTES))
}

/** The entries of a bundle as a tree of `treeSize` leaves has it. */
export async function readEntryBundle(
  source: TileSource,
  index: number,
  treeSize: number,
): Promise<Uint8Array[]> {
  const tile = tileInTree('entries', index, treeSize)
  if (tile === undefined) throw new TlogError('out-of-range', 'the tree has no such bundle')
  const { bytes, path, exact } = await readResource(source, tile, BUNDLE_BYTES_MAX)
  try {
    return decodeEntryBundle(bytes, exact ? tile.width : TILE_WIDTH).slice(0, tile.width)
  } catch (error) {
    if (error instanceof TlogError) throw new TlogError(error.code, `${path}: ${error.message}`)
    throw error
  }
}

/** Concatenates the hashes of one tile. */
export function encodeTile(hashes: readonly Uint8Array[]): Uint8Array {
  const tile = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [index, hash] of hashes.entries()) tile.set(hash, index * HASH_BYTES)
  return tile
}

/** A partial resource may have been replaced by the full one ("Partial Tiles"): that is tried next. */
async function readResource(
  source: TileSource,
  tile: Tile,
  bytesMax: number,
): Promise<{ bytes: Uint8Array; path: string; exact: boolean }> {
  const path = encodeTilePath(tile)
  const bytes = await source.read(path, bytesMax)
  if (bytes !== undefined) return { bytes, path, exact: true }
  if (tile.width < TILE_WIDTH) {
    const fullPath = encodeTilePath({ ...tile, width: TILE_WIDTH })
    const full = await source.read(fullPath, bytesMax)
    if (full !== undefined) return { bytes: full, path: fullPath, exact: false }
  }
  throw new TlogError('missing', `${path} is missing`)
}

function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = []
  for (let offset = 0; offset < bytes.length; offset += HASH_BYTES) {
    hashes.push(bytes.subarray(offset, offset + HASH_BYTES))
  }
  return hashes
}

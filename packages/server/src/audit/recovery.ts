// Start-up: the tree's right edge from durable tiles, then the journal. Bounded by the journal's length,
// not by the log's.
import { join } from 'node:path'
import {
  type Checkpoint,
  type CombineHashes,
  equalHashes,
  foldEdge,
  openCheckpoint,
  type NoteVerifier,
  readEntryBundle,
  readTile,
  TILE_WIDTH,
  TlogError,
  NOTE_BYTES_MAX,
} from '@claviger/tlog'
import { FileTileSource } from './file-tile-source.ts'
import type { JournalPosition, Segment } from './journal.ts'
import {
  CHAIN_START,
  DIGEST_BYTES,
  decodeFramePayload,
  decodeSegment,
  encodeSegmentHeader,
  type HashLatin1,
  hasLaterFrame,
  parseSegmentName,
  SEGMENT_BYTES_MAX,
  SEGMENT_HEADER_BYTES,
  type SegmentContent,
  segmentName,
} from './journal-format.ts'
import { damaged } from './log-error.ts'
import { type LogFile, type LogFiles, writeAll } from './log-files.ts'
import { createCombineLatin1, hashLeafLatin1, type TreeEdge, type TreeState } from './tree-state.ts'

export interface RecoveryOptions {
  readonly files: LogFiles
  readonly folder: string
  readonly hash: HashLatin1
  readonly origin: string
  readonly verifiers: readonly NoteVerifier[]
}

export interface PublishedCheckpoint extends Checkpoint {
  readonly note: Uint8Array
}

export interface Recovered {
  readonly published: PublishedCheckpoint | undefined
  readonly tree: TreeState
  readonly older: readonly Segment[]
  readonly position: JournalPosition
  readonly file: LogFile
  /** Bytes of a frame that was never acknowledged, cut from the journal's end. */
  readonly tornBytes: number
}

interface ReadSegment extends SegmentContent {
  readonly path: string
}

export async function recover(
  options: RecoveryOptions,
  makeTree: (edge: TreeEdge) => TreeState,
  onCheckpointSize: (tree: TreeState) => void,
): Promise<Recovered> {
  const { files, folder } = options
  await files.makeFolder(join(folder, 'journal'))
  const published = await readPublished(options)
  const segments = await readSegments(options)
  const base = segments[0]?.header.firstIndex ?? 0
  if (base > (published?.size ?? 0)) throw damaged(folder, 'the checkpoint is gone or too old')
  if (segments.length === 0 && (published?.size ?? 0) > 0) {
    throw damaged(join(folder, 'journal'), 'the journal is gone')
  }
  const tree = makeTree(await readEdge(options, base - (base % TILE_WIDTH), published?.size ?? 0))
  const check = () => assertCheckpoint(options, tree, published, onCheckpointSize)
  check()
  const add = (entry: string) => {
    tree.append(entry, hashLeafLatin1(options.hash, entry))
    check()
  }
  for (const entry of await readBundleStart(options, base, published?.size ?? 0)) add(entry)
  for (const segment of segments) {
    for (const frame of segment.frames) decodeFramePayload(frame, segment.path).forEach(add)
  }
  if (tree.size < (published?.size ?? 0)) {
    throw damaged(join(folder, 'journal'), 'it ends before the last checkpoint')
  }
  return { published, tree, ...(await openLast(options, segments)) }
}

async function readPublished(options: RecoveryOptions): Promise<PublishedCheckpoint | undefined> {
  const path = join(options.folder, 'checkpoint')
  const note = await options.files.read(path, NOTE_BYTES_MAX)
  if (note === undefined) return undefined
  try {
    return { ...(await openCheckpoint(note, options.verifiers, options.origin)), note }
  } catch (error) {
    throw error instanceof TlogError ? damaged(path, error.message) : error
  }
}

/** Reads every segment and proves that they follow each other without a gap. */
async function readSegments(options: RecoveryOptions): Promise<ReadSegment[]> {
  const folder = join(options.folder, 'journal')
  const indexes = (await options.files.list(folder))
    .map(parseSegmentName)
    .filter((index) => index !== undefined)
    .toSorted((left, right) => left - right)
  const segments: ReadSegment[] = []
  for (const [at, index] of indexes.entries()) {
    const path = join(folder, segmentName(index))
    const bytes = Buffer.from((await options.files.read(path, SEGMENT_BYTES_MAX)) ?? [])
    if (bytes.length > SEGMENT_BYTES_MAX) throw damaged(path, 'it is too long')
    const isLast = at === indexes.length - 1
    const content = decodeSegment(options.hash, bytes)
    if (content === undefined) {
      // A crash can tear the header of a segment just begun: nothing was acknowledged from it yet.
      if (isLast && !hasLaterFrame(bytes, 0, index - 1)) {
        await options.files.remove(path)
        break
      }
      throw damaged(path, 'its header does not read')
    }
    assertFollows(path, index, content, segments.at(-1))
    if (isLast && hasLaterFrame(bytes, content.end, content.nextIndex)) {
      throw damaged(path, `a frame at byte ${content.end} does not read, and later ones do`)
    }
    segments.push({ ...content, path })
  }
  return segments
}

/** Bytes after a segment's end are of a failed append when the next segment starts right there. */
function assertFollows(
  path: string,
  nameIndex: number,
  { header }: SegmentContent,
  previous: ReadSegment | undefined,
): void {
  if (header.firstIndex !== nameIndex) throw damaged(path, 'its name is not its first index')
  if (previous === undefined) {
    if (header.firstIndex === 0 && header.chain !== CHAIN_START) throw damaged(path, 'its chain')
    return
  }
  if (previous.nextIndex !== header.firstIndex || previous.chain !== header.chain) {
    throw damaged(previous.path, `entries from ${previous.nextIndex} on do not read`)
  }
}

/** The rightmost tiles of the tree of `size` leaves, a multiple of 256, out of a tree of `treeSize`. */
async function readEdge(
  options: RecoveryOptions,
  size: number,
  treeSize: number,
): Promise<TreeEdge> {
  const source = new FileTileSource(options.folder, options.files)
  const combine = createCombineLatin1(options.hash)
  const readHashes = async (level: number, index: number, width: number): Promise<string[]> => {
    try {
      const hashes = await readTile(source, level, index, treeSize)
      return hashes.slice(0, width).map((hash) => Buffer.from(hash).toString('latin1'))
    } catch (error) {
      if (!(error instanceof TlogError) || level === 0) throw asDamage(options, error)
      // A power cut can lose a partial tile of the last checkpoint; the full tiles below it are durable.
      const hashes: string[] = []
      for (let child = index * TILE_WIDTH; hashes.length < width; child++) {
        hashes.push(foldTile(combine, await readHashes(level - 1, child, TILE_WIDTH)))
      }
      return hashes
    }
  }
  const levels: string[][] = []
  for (let level = 1; TILE_WIDTH ** level <= size; level++) {
    const count = Math.floor(size / TILE_WIDTH ** level)
    const width = count % TILE_WIDTH
    const index = Math.floor(count / TILE_WIDTH)
    levels.push(width === 0 ? [] : await readHashes(level, index, width))
  }
  return { size, levels }
}

function foldTile(combine: CombineHashes<string>, hashes: readonly string[]): string {
  let fold = hashes
  while (fold.length > 1) {
    const below = fold
    fold = Array.from({ length: below.length / 2 }, (_, pair) =>
      foldEdge(combine, below.slice(2 * pair, 2 * pair + 2)),
    ) as string[]
  }
  return fold[0] as string
}

/** The entries from the last multiple of 256 up to `base`, whose segment was dropped already. */
async function readBundleStart(
  options: RecoveryOptions,
  base: number,
  treeSize: number,
): Promise<string[]> {
  const count = base % TILE_WIDTH
  if (count === 0) return []
  const source = new FileTileSource(options.folder, options.files)
  try {
    const bundle = await readEntryBundle(source, Math.floor(base / TILE_WIDTH), treeSize)
    return bundle.slice(0, count).map((entry) => Buffer.from(entry).toString('utf8'))
  } catch (error) {
    throw asDamage(options, error)
  }
}

function asDamage(options: RecoveryOptions, error: unknown): unknown {
  return error instanceof TlogError ? damaged(options.folder, error.message) : error
}

/** When the tree has the size of the last checkpoint it must have its root. */
function assertCheckpoint(
  options: RecoveryOptions,
  tree: TreeState,
  published: PublishedCheckpoint | undefined,
  onCheckpointSize: (tree: TreeState) => void,
): void {
  if (published === undefined || published.size === 0 || tree.size !== published.size) return
  const root = tree.root()
  if (root === undefined || !equalHashes(root, published.root)) {
    throw damaged(options.folder, 'its entries do not add up to its last checkpoint')
  }
  onCheckpointSize(tree)
}

/** Opens the last segment for appending, cut to its intact frames and synced; makes one when none is. */
async function openLast(
  options: RecoveryOptions,
  segments: readonly ReadSegment[],
): Promise<Pick<Recovered, 'older' | 'position' | 'file' | 'tornBytes'>> {
  const last = segments.at(-1)
  const folder = join(options.folder, 'journal')
  const path = last?.path ?? join(folder, segmentName(0))
  const file = await options.files.open(path, last === undefined ? 'create' : 'update')
  const end = last?.end ?? SEGMENT_HEADER_BYTES
  const header = encodeSegmentHeader(options.hash, { firstIndex: 0, chain: CHAIN_START })
  if (last === undefined) await writeAll(file, header, 0)
  else await file.truncate(end)
  // Entries that a killed process wrote but did not sync count from here on, so they are made durable.
  await file.fdatasync()
  await options.files.syncFolder(folder)
  await options.files.syncFolder(options.folder)
  return {
    older: segments.slice(0, -1).map(({ path, header, nextIndex }) => ({
      path,
      firstIndex: header.firstIndex,
      nextIndex,
    })),
    position: {
      segment: path,
      firstIndex: last?.header.firstIndex ?? 0,
      end,
      nextIndex: last?.nextIndex ?? 0,
      chain: last?.chain ?? header.toString('latin1', SEGMENT_HEADER_BYTES - DIGEST_BYTES),
      previousChain: last?.header.chain ?? CHAIN_START,
    },
    file,
    tornBytes: last?.tornBytes ?? 0,
  }
}

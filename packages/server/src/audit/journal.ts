import { join } from 'node:path'
import type { Batch } from './batch.ts'
import {
  DIGEST_BYTES,
  decodeSegment,
  encodeSegmentHeader,
  type HashLatin1,
  SEGMENT_BYTES_MAX,
  SEGMENT_BYTES_MIN,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from './journal-format.ts'
import { damaged } from './log-error.ts'
import { type LogFile, type LogFiles, writeAll } from './log-files.ts'

/** Space that must be had before a full disk counts as recovered. */
const PROBE_BYTES = 256 * 1024

export interface Segment {
  readonly path: string
  readonly firstIndex: number
  /** Index after its last entry. */
  readonly nextIndex: number
}

export interface JournalPosition {
  readonly segment: string
  readonly firstIndex: number
  /** Durable bytes in the segment. */
  readonly end: number
  readonly nextIndex: number
  /** Digest at `end`. */
  readonly chain: string
  /** Digest at the end of the segment before. */
  readonly previousChain: string
}

/**
 * The file entries are acknowledged from. One frame is written and synced at a time.
 *
 * INVARIANT: `#end`, `#nextIndex` and `#chain` describe exactly what was on disk when the last `append`
 * returned; a failed append changes none of them.
 */
export class Journal {
  readonly #files: LogFiles
  readonly #folder: string
  readonly #hash: HashLatin1
  readonly #segmentBytes: number
  /** Segments before the current one, oldest first. */
  #older: Segment[]
  #file: LogFile | undefined
  #path: string
  #firstIndex: number
  #end: number
  #nextIndex: number
  #chain: string
  #previousChain: string

  constructor(options: {
    files: LogFiles
    folder: string
    hash: HashLatin1
    segmentBytes?: number | undefined
    older: readonly Segment[]
    position: JournalPosition
    file: LogFile
  }) {
    const { position } = options
    this.#files = options.files
    this.#folder = options.folder
    this.#hash = options.hash
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES_MIN
    this.#older = [...options.older]
    this.#file = options.file
    this.#path = position.segment
    this.#firstIndex = position.firstIndex
    this.#end = position.end
    this.#nextIndex = position.nextIndex
    this.#chain = position.chain
    this.#previousChain = position.previousChain
  }

  get isFull(): boolean {
    return this.#end >= this.#segmentBytes
  }

  /** Writes and syncs one frame; returns the index of its first entry. */
  async append(batch: Batch): Promise<number> {
    const file = this.#file
    if (file === undefined) throw damaged(this.#path, 'the journal is not open')
    const firstIndex = this.#nextIndex
    const { bytes, digest } = batch.seal(this.#hash, this.#chain, firstIndex)
    await writeAll(file, bytes, this.#end)
    await file.fdatasync()
    this.#end += bytes.length
    this.#chain = digest
    this.#nextIndex += batch.entries.length
    return firstIndex
  }

  /** Continues in a new segment, so that the old one can be dropped once its tiles are durable. */
  async roll(): Promise<void> {
    await this.#startSegment(SEGMENT_HEADER_BYTES)
  }

  /**
   * After a failed write or sync the state of the file is unknown: the kernel may have dropped the dirty
   * pages and forgotten the error, so the same descriptor is never synced again. What was acknowledged is
   * read back; what was not is cut; the journal continues in a new segment.
   */
  async restore(): Promise<void> {
    await this.#file?.close().catch(() => undefined)
    this.#file = undefined
    if (this.#nextIndex > this.#firstIndex) {
      await this.#assertAcknowledged()
      const file = await this.#files.open(this.#path, 'update')
      try {
        await file.truncate(this.#end)
        await file.fdatasync()
      } finally {
        await file.close()
      }
    }
    await this.#startSegment(PROBE_BYTES)
  }

  /** Removes segments all of whose entries are below `durableSize`; the tiles hold them. */
  async drop(durableSize: number): Promise<void> {
    for (let oldest = this.#older[0]; oldest !== undefined; oldest = this.#older[0]) {
      if (oldest.nextIndex > durableSize) return
      await this.#files.remove(oldest.path)
      this.#older.shift()
    }
  }

  /** Whether `drop` would remove something. */
  canDrop(durableSize: number): boolean {
    const oldest = this.#older[0]
    return oldest !== undefined && oldest.nextIndex <= durableSize
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  #current(): Segment {
    return { path: this.#path, firstIndex: this.#firstIndex, nextIndex: this.#nextIndex }
  }

  async #assertAcknowledged(): Promise<void> {
    const bytes = await this.#files.read(this.#path, SEGMENT_BYTES_MAX)
    const content = bytes === undefined ? undefined : decodeSegment(this.#hash, Buffer.from(bytes))
    const frame = content?.frames.find(
      ({ firstIndex, count }) => firstIndex + count === this.#nextIndex,
    )
    if (frame?.digest !== this.#chain) throw damaged(this.#path, 'acknowledged entries are gone')
  }

  /** @param reserveBytes length that the file must have been able to take */
  async #startSegment(reserveBytes: number): Promise<void> {
    const path = join(this.#folder, segmentName(this.#nextIndex))
    // A segment nothing was acknowledged from is begun again in its own place.
    const chain = path === this.#path ? this.#previousChain : this.#chain
    const bytes = Buffer.alloc(Math.max(reserveBytes, SEGMENT_HEADER_BYTES))
    encodeSegmentHeader(this.#hash, { firstIndex: this.#nextIndex, chain }).copy(bytes)
    const file = await this.#files.open(path, 'create')
    try {
      await writeAll(file, bytes, 0)
      await file.fdatasync()
      if (bytes.length > SEGMENT_HEADER_BYTES) {
        await file.truncate(SEGMENT_HEADER_BYTES)
        await file.fdatasync()
      }
      await this.#files.syncFolder(this.#folder)
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
    const previous = this.#file
    if (path !== this.#path) this.#older.push(this.#current())
    this.#file = file
    this.#path = path
    this.#firstIndex = this.#nextIndex
    this.#end = SEGMENT_HEADER_BYTES
    this.#previousChain = chain
    this.#chain = bytes.toString(
      'latin1',
      SEGMENT_HEADER_BYTES - DIGEST_BYTES,
      SEGMENT_HEADER_BYTES,
    )
    await previous?.close()
  }
}

import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import { KeeperError } from '@claviger/core'
import {
  type Checkpoint,
  encodeTlogProof,
  readEntryBundle,
  type Sha256,
  type TileSource,
  TILE_WIDTH,
  TreeReader,
} from '@claviger/tlog'

/** What the reader needs of a log that is being written. */
export interface ReadableLog {
  readonly size: number
  readonly published: (Checkpoint & { readonly note: Uint8Array }) | undefined
  checkpoint(): Promise<Checkpoint & { readonly note: Uint8Array }>
  settled(): Promise<{ size: number; tail: readonly string[] }>
}

export interface LogEntry {
  readonly index: number
  /** Canonical JSON, as it was appended. */
  readonly text: string
}

export interface EntryQuery {
  /** First index wanted; 0 when left out. */
  readonly from?: number | undefined
  /** Index after the last one wanted; the log's size when left out. */
  readonly to?: number | undefined
  readonly order?: 'oldest-first' | 'newest-first' | undefined
  readonly where?: ((entry: LogEntry) => boolean) | undefined
}

/** Reads entries and makes receipts while the log is being written. */
export class AuditLogReader {
  readonly #log: ReadableLog
  readonly #source: TileSource
  readonly #sha256: Sha256

  constructor(log: ReadableLog, source: TileSource, sha256: Sha256) {
    this.#log = log
    this.#source = source
    this.#sha256 = sha256
  }

  /** The entries of a query. What is appended after the first one was asked for is not seen. */
  async *entries(query: EntryQuery = {}): AsyncGenerator<LogEntry> {
    const { size, tail } = await this.#log.settled()
    const from = Math.max(0, query.from ?? 0)
    const to = Math.min(size, query.to ?? size)
    if (from >= to) return
    const isNewestFirst = query.order === 'newest-first'
    const first = Math.floor(from / TILE_WIDTH)
    const last = Math.floor((to - 1) / TILE_WIDTH)
    for (let step = 0; step <= last - first; step++) {
      const bundle = isNewestFirst ? last - step : first + step
      const entries = await this.#bundle(bundle, size, tail)
      for (const entry of isNewestFirst ? entries.toReversed() : entries) {
        if (entry.index < from || entry.index >= to) continue
        if (query.where?.(entry) ?? true) yield entry
      }
    }
  }

  /** One entry; undefined when the log has none at `index`. */
  async entry(index: number): Promise<LogEntry | undefined> {
    const { value } = await this.entries({ from: index, to: index + 1 }).next()
    return value
  }

  /**
   * Where entries with the given ids (member `id`) stand from `fromIndex` on. An outbox asks at start which
   * of its events the log has already taken.
   */
  async findEntries(ids: Iterable<string>, fromIndex: number): Promise<Map<string, number>> {
    const wanted = new Set(ids)
    const found = new Map<string, number>()
    if (wanted.size === 0) return found
    for await (const { index, text } of this.entries({ from: fromIndex })) {
      const id = entryId(text)
      if (id === undefined || !wanted.delete(id)) continue
      found.set(id, index)
      if (wanted.size === 0) break
    }
    return found
  }

  /**
   * A receipt (docs/spec/audit-log.md): a c2sp.org/tlog-proof that carries its entry. Publishes a
   * checkpoint first when none covers the entry yet.
   */
  async receipt(index: number): Promise<string> {
    const entry = await this.entry(index)
    if (entry === undefined) {
      throw new KeeperError('not-found', 'the audit log has no entry of this index')
    }
    let { published } = this.#log
    if (published === undefined || published.size <= index) published = await this.#log.checkpoint()
    const tree = new TreeReader(this.#source, this.#sha256, published.size)
    const path = await tree.proveInclusion(index)
    const proof = { extra: encodeUtf8(entry.text), index, path, checkpoint: published.note }
    return decodeUtf8(encodeTlogProof(proof))
  }

  async #bundle(bundle: number, size: number, tail: readonly string[]): Promise<LogEntry[]> {
    const start = bundle * TILE_WIDTH
    // The last, partial bundle is in memory; its file exists only as of some checkpoint.
    const texts =
      start + tail.length === size && tail.length > 0
        ? tail
        : (await readEntryBundle(this.#source, bundle, start + TILE_WIDTH)).map(decodeUtf8)
    return texts.map((text, at) => ({ index: start + at, text }))
  }
}

function entryId(text: string): string | undefined {
  try {
    const entry: unknown = JSON.parse(text)
    const id = typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}

import { type AuditLog, KeeperError } from '@claviger/core'
import { ENTRY_BYTES_MAX, type NoteSigner, type NoteVerifier, TILE_WIDTH } from '@claviger/tlog'
import { join } from 'node:path'
import { Batch } from './batch.ts'
import { CheckpointPublisher } from './checkpoint-publisher.ts'
import { Journal } from './journal.ts'
import type { HashLatin1 } from './journal-format.ts'
import { isDamage, logUnavailable } from './log-error.ts'
import type { LogCut } from './log-copy.ts'
import { type LogFiles, nodeLogFiles } from './log-files.ts'
import { type PublishedCheckpoint, type Recovered, recover } from './recovery.ts'
import { TileWriter } from './tile-writer.ts'
import { hashLeafLatin1, TreeState } from './tree-state.ts'

export interface OpenAuditLogOptions {
  /** The log's folder; made when absent. Exactly one process may have it open. */
  readonly folder: string
  readonly origin: string
  /** Ed25519 first, then the ML-DSA-44 cosignature. May be filled later, when the keeper is unsealed. */
  readonly signers: readonly NoteSigner[]
  /** Verifies the log's own checkpoint at start. */
  readonly verifiers: readonly NoteVerifier[]
  /** `hashLatin1('sha256', …)` of @claviger/crypto. */
  readonly hash: HashLatin1
  readonly files?: LogFiles
  /** Longest time an entry waits for a checkpoint. */
  readonly checkpointIntervalMs?: number
  /** Entries after which a checkpoint is made at once. */
  readonly checkpointEntries?: number
  /** How often a log that refuses tries again. */
  readonly retryIntervalMs?: number
  readonly segmentBytes?: number
  /** Told why the log begins to refuse, and of `undefined` when it accepts again. */
  readonly onFailure?: (failure: KeeperError | undefined) => void
}

/** Text that waits for the disk; above this an append is refused rather than queued. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024
/** Tile files that wait for the disk; above this commits wait for them. */
const TILE_BACKLOG_MAX = 4096

/**
 * The append-only audit log on local files: group commit into a journal, tlog-tiles in the background,
 * signed checkpoints. Fails closed: while the disk does not take entries, `append` rejects.
 */
export class FileAuditLog implements AuditLog {
  readonly folder: string
  readonly #options: OpenAuditLogOptions
  readonly #tree: TreeState
  readonly #journal: Journal
  readonly #tiles: TileWriter
  readonly #checkpoints: CheckpointPublisher
  /** Bytes of a torn, never acknowledged frame that start-up cut off. */
  readonly tornBytes: number

  /** Batches in order; the last one still takes entries. */
  #waiting: Batch[] = []
  #waitingBytes = 0
  #spare: Batch | undefined
  #committing: Promise<void> | undefined
  #failure: KeeperError | undefined
  #journalFailed = false
  #restoring: Promise<void> | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #checkpointTimer: NodeJS.Timeout | undefined
  #isClosed = false
  #commits = 0

  static async open(options: OpenAuditLogOptions): Promise<FileAuditLog> {
    const { folder, hash, files = nodeLogFiles } = options
    let log: FileAuditLog | undefined
    const tiles = new TileWriter(files, folder, (error) => log?.fail(error))
    const recovered = await recover(
      { ...options, files },
      (edge) => new TreeState(hash, edge, (job) => tiles.enqueue([job])),
      (tree) => tiles.enqueue(tree.partials()),
    )
    log = new FileAuditLog({ ...options, files }, tiles, recovered)
    await log.#guard(() => log.checkpoint())
    return log
  }

  private constructor(
    options: OpenAuditLogOptions & { files: LogFiles },
    tiles: TileWriter,
    recovered: Recovered,
  ) {
    const { files, folder, origin, signers, hash, segmentBytes } = options
    const { older, position, file, tree, published } = recovered
    this.#options = options
    this.folder = folder
    this.tornBytes = recovered.tornBytes
    this.#tree = tree
    this.#tiles = tiles
    const journalFolder = join(folder, 'journal')
    this.#journal = new Journal({
      files,
      folder: journalFolder,
      hash,
      segmentBytes,
      older,
      position,
      file,
    })
    const sha256 = (data: Uint8Array) => Buffer.from(hash(data), 'latin1')
    const shared = { files, folder, origin, signers, sha256, tree, tiles, published }
    this.#checkpoints = new CheckpointPublisher(shared)
  }

  get size(): number {
    return this.#tree.size
  }

  /** How often entries were made durable; `size` divided by it tells how well they share a commit. */
  get commits(): number {
    return this.#commits
  }

  get failure(): KeeperError | undefined {
    return this.#failure
  }

  /** The last checkpoint published. */
  get published(): PublishedCheckpoint | undefined {
    return this.#checkpoints.published
  }

  append(entry: string): Promise<number> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    const entryBytes = Buffer.byteLength(entry)
    if (entryBytes > ENTRY_BYTES_MAX || !entry.isWellFormed()) {
      const message = `an audit entry is well-formed text of at most ${ENTRY_BYTES_MAX} bytes`
      return Promise.reject(new KeeperError('too-large', message))
    }
    const leaf = hashLeafLatin1(this.#options.hash, entry)
    const batch = this.#batchFor(entryBytes)
    batch.add(entry, entryBytes, leaf)
    this.#waitingBytes += entryBytes
    // Appends of one turn of the loop share a commit; later ones share the next.
    this.#committing ??= new Promise<void>((resolve) => {
      setImmediate(() => void this.#commitWaiting().then(resolve))
    })
    return new Promise((resolve, reject) => batch.settle.push({ resolve, reject }))
  }

  /** Publishes a checkpoint of everything durable now. */
  checkpoint(): Promise<PublishedCheckpoint> {
    return this.#checkpoints.publish({ durable: false })
  }

  /** What a reader needs: every full bundle is in its file; the entries after the last one are `tail`. */
  async settled(): Promise<{ size: number; tail: readonly string[] }> {
    const { size } = this.#tree
    const tail = this.#tree.tail()
    await this.#tiles.drain()
    return { size, tail }
  }

  /** The tree as it is now, durable entries only; the full bundles are in their files once it is settled. */
  cut(): LogCut {
    const { size } = this.#tree
    return { size, root: this.#tree.root(), tail: this.#tree.tail() }
  }

  /** Commits what waits, publishes a last checkpoint and closes the files. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#checkpointTimer)
    await this.#committing
    await this.#restoring
    await Promise.all(this.#background)
    if (this.#failure === undefined) await this.#guard(() => this.#leave())
    // Nothing may still write when the next process opens the folder.
    await this.#tiles.drain().catch(() => undefined)
    await this.#journal.close()
  }

  /** Tries to write again after a failure; runs by itself every `retryIntervalMs`. */
  async restore(): Promise<void> {
    this.#restoring ??= this.#restore().finally(() => {
      this.#restoring = undefined
    })
    await this.#restoring
  }

  /** Refuses from now on, for `error`. The first failure stands until a restore succeeds. */
  fail(error: unknown): void {
    if (this.#failure === undefined) {
      this.#failure = error instanceof KeeperError ? error : logUnavailable(error)
      this.#options.onFailure?.(this.#failure)
    }
    const refused = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    for (const batch of refused) this.#reject(batch)
    if (!isDamage(error)) this.#scheduleRetry()
  }

  #refusal(): KeeperError | undefined {
    if (this.#failure !== undefined) return this.#failure
    if (this.#isClosed) return new KeeperError('shutting-down', 'the audit log is closed')
    if (this.#waitingBytes <= WAITING_BYTES_MAX) return undefined
    return new KeeperError('log-unavailable', 'the audit log is behind; try again in a moment')
  }

  #batchFor(entryBytes: number): Batch {
    const last = this.#waiting.at(-1)
    if (last?.fits(entryBytes)) return last
    const batch = this.#spare ?? new Batch()
    this.#spare = undefined
    this.#waiting.push(batch)
    return batch
  }

  async #commitWaiting(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      try {
        const firstIndex = await this.#journal.append(batch)
        this.#commits++
        this.#acknowledge(batch, firstIndex)
        if (this.#journal.isFull) await this.#roll()
        if (this.#tiles.backlog > TILE_BACKLOG_MAX) await this.#tiles.drain()
      } catch (error) {
        this.#journalFailed = true
        this.fail(error)
        this.#reject(batch)
      }
    }
    this.#committing = undefined
  }

  #acknowledge(batch: Batch, firstIndex: number): void {
    const { entries, leaves, settle } = batch
    for (let at = 0; at < entries.length; at++) {
      this.#tree.append(entries[at] as string, leaves[at] as string)
    }
    for (let at = 0; at < settle.length; at++) settle[at]?.resolve(firstIndex + at)
    this.#recycle(batch)
    this.#scheduleCheckpoint()
  }

  #reject(batch: Batch): void {
    for (const { reject } of batch.settle) reject(this.#failure)
    this.#recycle(batch)
  }

  #recycle(batch: Batch): void {
    this.#waitingBytes = Math.max(0, this.#waitingBytes - batch.payloadBytes)
    batch.reset()
    if (batch.isReusable) this.#spare = batch
  }

  /** A full segment is left behind, and dropped in the background once tiles hold its entries. */
  async #roll(): Promise<void> {
    await this.#journal.roll()
    void this.#guard(() => this.#retire())
  }

  async #retire(): Promise<void> {
    if (this.#tiles.isDoubtful) return
    const { size } = await this.#checkpoints.publish({ durable: true })
    await this.#journal.drop(size - (size % TILE_WIDTH))
  }

  async #leave(): Promise<void> {
    await this.checkpoint()
    await this.#retire()
  }

  #scheduleCheckpoint(): void {
    const { checkpointEntries = 65_536, checkpointIntervalMs = 1000 } = this.#options
    const unpublished = this.size - (this.published?.size ?? 0)
    if (unpublished >= checkpointEntries) this.#checkpointNow()
    else this.#checkpointTimer ??= setTimeout(() => this.#checkpointNow(), checkpointIntervalMs)
  }

  #isCheckpointing = false

  #checkpointNow(): void {
    if (this.#isCheckpointing || this.#isClosed) return
    this.#isCheckpointing = true
    clearTimeout(this.#checkpointTimer)
    this.#checkpointTimer = undefined
    void this.#guard(() => this.checkpoint()).finally(() => {
      this.#isCheckpointing = false
    })
  }

  readonly #background = new Set<Promise<unknown>>()

  /** Runs background work; its failure is the log's. */
  async #guard(work: () => Promise<unknown>): Promise<void> {
    const running = work().catch((error: unknown) => {
      // Without its keys the log goes on taking entries; their checkpoint comes with the unsealing.
      if (!(error instanceof KeeperError && error.code === 'sealed')) this.fail(error)
    })
    this.#background.add(running)
    await running
    this.#background.delete(running)
  }

  #scheduleRetry(): void {
    if (this.#isClosed || this.#retryTimer !== undefined) return
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined
      void this.restore()
    }, this.#options.retryIntervalMs ?? 1000)
    this.#retryTimer.unref()
  }

  async #restore(): Promise<void> {
    if (this.#failure === undefined || isDamage(this.#failure.cause)) return
    await this.#committing
    try {
      if (this.#journalFailed) await this.#journal.restore()
      this.#journalFailed = false
      if (this.#tiles.isFailed) await this.#tiles.retry()
      await this.checkpoint()
      this.#failure = undefined
      this.#options.onFailure?.(undefined)
    } catch (error) {
      this.#failure = logUnavailable(error)
      if (!isDamage(error)) this.#scheduleRetry()
    }
  }
}

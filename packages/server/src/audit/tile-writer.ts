import { dirname, join } from 'node:path'
import { LogFileError } from './log-error.ts'
import { type LogFiles, replaceFile } from './log-files.ts'
import type { TileJob } from './tree-state.ts'

/** The `.p` folder of a partial tile, or a file in it. */
const PARTIAL = /\.p(?:\/[0-9]+)?$/

/**
 * Writes tiles in the background, in order, one at a time. A file is not durable until `sync`: until then
 * the journal still holds its entries.
 */
export class TileWriter {
  readonly #files: LogFiles
  readonly #folder: string
  readonly #onFailure: (error: unknown) => void
  #queue: TileJob[] = []
  #running: Promise<void> | undefined
  #isDoubtful = false
  #failed: { error: unknown } | undefined
  readonly #unsynced = new Set<string>()
  readonly #folders = new Set<string>()
  /** `.p` folders that may exist. */
  readonly #partialFolders = new Set<string>()

  constructor(files: LogFiles, folder: string, onFailure: (error: unknown) => void) {
    this.#files = files
    this.#folder = folder
    this.#onFailure = onFailure
  }

  /** Files not written yet. */
  get backlog(): number {
    return this.#queue.length
  }

  get isFailed(): boolean {
    return this.#failed !== undefined
  }

  /**
   * A sync has failed: some tile may be in memory only, and syncing it again would not tell. The journal
   * keeps its entries until a restart writes the tiles anew.
   */
  get isDoubtful(): boolean {
    return this.#isDoubtful
  }

  enqueue(jobs: readonly TileJob[]): void {
    this.#queue.push(...jobs)
    this.#start()
  }

  /** Resolves when everything queued so far is written; rejects when the writer has failed. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running
    if (this.#failed !== undefined) throw this.#failed.error
  }

  /** Makes every file written so far durable. */
  async sync(): Promise<void> {
    await this.drain()
    const paths = [...this.#unsynced]
    const folders = [...this.#folders]
    try {
      for (const path of paths) await unlessReplaced(path, () => this.#syncFile(path))
      for (const folder of folders) {
        await unlessReplaced(folder, () => this.#files.syncFolder(folder))
      }
    } catch (error) {
      this.#isDoubtful = true
      throw error
    }
    for (const path of paths) this.#unsynced.delete(path)
    for (const folder of folders) this.#folders.delete(folder)
  }

  /** Takes up the queue again after a failure. */
  async retry(): Promise<void> {
    this.#failed = undefined
    this.#start()
    await this.drain()
  }

  #start(): void {
    if (this.#running !== undefined || this.#failed !== undefined) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    try {
      let written = 0
      for (; written < this.#queue.length; written++) {
        // Jobs leave in bulk: shifting a long array one by one would be quadratic.
        if (written === 512) {
          this.#queue = this.#queue.slice(written)
          written = 0
        }
        await this.#writeOne(this.#queue[written] as TileJob)
      }
      this.#queue = []
    } catch (error) {
      this.#failed = { error }
      this.#onFailure(error)
    }
  }

  async #writeOne(job: TileJob): Promise<void> {
    const path = join(this.#folder, job.path)
    const folder = dirname(path)
    await this.#makeFolder(folder)
    await replaceFile(this.#files, path, job.encode(), { durable: false })
    this.#unsynced.add(path)
    this.#noteFolders(folder)
    if (job.replaces === undefined) this.#partialFolders.add(folder)
    else await this.#dropPartials(join(this.#folder, job.replaces))
  }

  readonly #made = new Set<string>()

  async #makeFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return
    await this.#files.makeFolder(folder)
    this.#made.add(folder)
  }

  #noteFolders(folder: string): void {
    for (let at = folder; at.length >= this.#folder.length; at = dirname(at)) this.#folders.add(at)
  }

  /** A partial tile is deleted only once the full one exists (tlog-tiles, "Partial Tiles"). */
  async #dropPartials(folder: string): Promise<void> {
    if (!this.#partialFolders.delete(folder)) return
    await this.#files.remove(folder)
    this.#made.delete(folder)
    this.#folders.delete(folder)
    for (const path of this.#unsynced) {
      if (path.startsWith(`${folder}/`)) this.#unsynced.delete(path)
    }
  }

  async #syncFile(path: string): Promise<void> {
    const file = await this.#files.open(path, 'update')
    try {
      await file.fdatasync()
    } finally {
      await file.close()
    }
  }
}

/** A partial tile may be replaced by the full one while it is being synced. */
async function unlessReplaced(path: string, sync: () => Promise<void>): Promise<void> {
  try {
    await sync()
  } catch (error) {
    const isGone = error instanceof LogFileError && error.code === 'ENOENT'
    if (!isGone || !PARTIAL.test(path)) throw error
  }
}

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createBackup,
  DEFAULT_TENANT,
  exportTombstones,
  INTERNAL_REQUEST,
  internalSession,
  isKeeperError,
} from '@claviger/core'
import type { Composition } from './compose.ts'
import type { Config } from './config/config.ts'
import { replaceFile } from './listen/tls-files.ts'
import { describeError, type Logger } from './logging/logger.ts'

const TICK_MS = 60_000
/** While it is sealed: the first backup need not wait long for the unsealing. */
const SEALED_TICK_MS = 1_000
const HOUR_MS = 3_600_000
const OWNER_ONLY = { file: 0o600, folder: 0o700 } as const
/** `claviger-2030-01-31T12-00-00.000Z.backup`: sorted by name they are sorted by time. */
const NAME = /^claviger-(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d\.\d{3}Z)\.backup$/
const PART = /^claviger-.*\.backup\.part$/

export interface BackupPlan {
  readonly folder: string
  readonly recipients: readonly string[]
  readonly everyHours: number
  readonly keep: number
}

/** The plan of the configuration; undefined where nobody asked for one. */
export function backupPlan({ backup }: Config): BackupPlan | undefined {
  const { folder, recipients, everyHours, keep } = backup
  if (folder === undefined || recipients === undefined) return undefined
  return { folder, recipients, everyHours, keep }
}

/**
 * Takes a backup into a folder whenever the newest one there is old enough, and removes the oldest beyond those to
 * keep; beside them the newest tombstones and a checkpoint, which a restore asks for. No other file is touched.
 */
export class ScheduledBackups {
  readonly #plan: BackupPlan
  readonly #composition: Composition
  readonly #logger: Logger
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<unknown> | undefined
  #isStopped = false
  #hasFailed = false

  constructor(plan: BackupPlan, composition: Composition, logger: Logger) {
    this.#plan = plan
    this.#composition = composition
    this.#logger = logger
  }

  start(): void {
    this.#sleep(0)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#composition.ports.backups.close()
    await this.#running
  }

  /** For the metrics: whether the last one failed, and when the newest was begun. */
  gauges(): Readonly<Record<string, number>> {
    const newest = this.#newestAt()
    return {
      backup_failed: this.#hasFailed ? 1 : 0,
      backup_newest_seconds: newest === undefined ? 0 : Math.floor(newest / 1_000),
    }
  }

  /** Takes one if it is time; whether it did. Never throws: the operator's log and the metrics tell. */
  async takeIfDue(): Promise<boolean> {
    const { seal, clock } = this.#composition.ports
    const newest = this.#newestAt()
    const sinceMs = newest === undefined ? Infinity : Math.abs(clock.now() - newest)
    if (seal.status().sealed || sinceMs < this.#plan.everyHours * HOUR_MS) return false
    try {
      await this.#take(clock.now())
      this.#hasFailed = false
      return true
    } catch (error) {
      // Somebody takes one by hand: the next look comes soon enough.
      if (isKeeperError(error) && error.code === 'conflict') return false
      if (this.#isStopped) return false
      this.#hasFailed = true
      this.#logger.error(`the backup was not taken: ${describeError(error)}`, {
        folder: this.#plan.folder,
      })
      return false
    }
  }

  async #take(now: number): Promise<void> {
    const { folder, recipients } = this.#plan
    const { keeper, ports } = this.#composition
    const session = internalSession(DEFAULT_TENANT, 'backup')
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY.folder })
    for (const part of readdirSync(folder).filter((name) => PART.test(name))) {
      rmSync(join(folder, part))
    }
    // Before the backup, so that the newest one is not older than the checkpoint beside it.
    const checkpoint = await ports.reader.checkpoint()
    const input = { sealing: { recipients } }
    const { output } = await createBackup(keeper, session, input, INTERNAL_REQUEST)
    const path = join(folder, nameOf(now))
    await writeWhole(path, output.pieces)
    replaceFile(join(folder, 'claviger.checkpoint'), checkpoint, OWNER_ONLY.file)
    const ended = await keeper.execute(session, exportTombstones, {}, INTERNAL_REQUEST)
    replaceFile(join(folder, 'claviger.tombstones'), ended.output.text, OWNER_ONLY.file)
    this.#prune()
    this.#logger.info('a backup was taken', { path })
  }

  #prune(): void {
    const { folder, keep } = this.#plan
    for (const name of this.#names().slice(0, -keep)) rmSync(join(folder, name))
  }

  /** Oldest first. */
  #names(): readonly string[] {
    const { folder } = this.#plan
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .toSorted()
  }

  #newestAt(): number | undefined {
    const name = this.#names().at(-1)
    return name === undefined ? undefined : Date.parse(name.replace(NAME, '$1$2:$3:$4'))
  }

  #sleep(delayMs: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      const { sealed } = this.#composition.ports.seal.status()
      const next = (): void => this.#sleep(sealed ? SEALED_TICK_MS : TICK_MS)
      this.#running = this.takeIfDue().finally(next)
    }, delayMs)
    this.#timer.unref()
  }
}

function nameOf(now: number): string {
  return `claviger-${new Date(now).toISOString().replaceAll(':', '-')}.backup`
}

/** Its name is there only once it is whole and on the disk. */
async function writeWhole(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'wx', OWNER_ONLY.file)
  try {
    for await (const piece of pieces) await file.appendFile(piece)
    await file.sync()
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  } finally {
    await file.close()
  }
  await rename(part, path)
}

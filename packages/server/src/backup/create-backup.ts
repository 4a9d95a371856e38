import { mkdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import {
  type BackupRequest,
  type Backups,
  type BackupSealing,
  KeeperError,
  type Tombstone,
} from '@claviger/core'
import { hashHex } from '@claviger/crypto'
import { encodeCheckpoint, type NoteSigner, signNote } from '@claviger/tlog'
import type { FileAuditLog, LogCut } from '../audit/index.ts'
import type { SqliteStore } from '../storage/sqlite/sqlite-store.ts'
import { assertSealing, type Sealing } from './age-stream.ts'
import { BackupError } from './backup-error.ts'
import type { BackupBegin, BackupReply } from './backup-talk.ts'
import { BackupWorker } from './backup-worker.ts'
import { encodeTombstones } from './tombstone-file.ts'

export interface BackupSources {
  readonly store: SqliteStore
  readonly log: FileAuditLog
  /** Name of the log. */
  readonly origin: string
  /** Ed25519 first; empty while the keeper is sealed. */
  readonly signers: readonly NoteSigner[]
  /** A folder of the keeper's own for what is written on the way. */
  readonly folder: string
  /** The files as they are now, together of one instant. */
  readonly files: () => { readonly seal: string; readonly logKeys: string }
  /** Of the software. */
  readonly version: string
  /** Bytes that may still be written to a folder; for tests. */
  readonly freeBytes?: (folder: string) => number
  /** How long whoever reads may take for the next piece; for tests. */
  readonly stalledMs?: number
}

/** What a copy of the store must leave free: a keeper whose disk is full does nothing more. */
const SPARE_BYTES = 64 * 1024 * 1024

/** Nobody takes so long to read on who still wants the rest. */
const STALLED_MS = 5 * 60_000

/** Makes backups of a running keeper, one at a time. */
export class BackupCreator implements Backups {
  readonly #sources: BackupSources
  #current: BackupWorker | undefined

  constructor(sources: BackupSources) {
    this.#sources = sources
    // What a keeper that was killed has left.
    rmSync(sources.folder, { recursive: true, force: true })
  }

  async check(sealing: BackupSealing): Promise<void> {
    try {
      await assertSealing(sealingOf(sealing))
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      throw new KeeperError('invalid-input', error.message, { cause: error })
    }
    this.#assertFree()
  }

  async *create(request: BackupRequest): AsyncGenerator<Uint8Array, void, undefined> {
    this.#assertFree()
    const { folder, store, log } = this.#sources
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const copyFile = join(folder, 'store.db')
    const worker = new BackupWorker({ storeFile: store.file, copyFile, logFolder: log.folder })
    this.#current = worker
    try {
      this.#assertSpace()
      yield* this.#pieces(worker, request)
    } finally {
      await this.#end(worker)
    }
  }

  async signTombstones(
    tombstones: readonly Tombstone[],
    without: readonly string[],
    takenAt: number,
  ): Promise<string> {
    const { origin, files } = this.#sources
    const { set: keeper } = JSON.parse(files().seal) as { set: string }
    const [signer] = this.#signers()
    return encodeTombstones(tombstones, { keeper, origin, takenAt, without }, signer as NoteSigner)
  }

  async close(): Promise<void> {
    if (this.#current !== undefined) await this.#end(this.#current)
  }

  /** Leaves nothing behind, also where whoever reads is never heard of again. */
  async #end(worker: BackupWorker): Promise<void> {
    await worker.stop()
    if (this.#current !== worker) return
    rmSync(this.#sources.folder, { recursive: true, force: true })
    this.#current = undefined
  }

  async *#pieces(
    worker: BackupWorker,
    request: BackupRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const begin = await this.#begin(worker, request)
    await worker.ask(begin)
    for (;;) {
      let reply = await worker.ask({ kind: 'next' })
      if (reply.kind === 'sign') reply = await this.#sign(worker, begin, request, reply.text)
      if (reply.kind !== 'piece') return
      const timer = setTimeout(() => void this.#end(worker), this.#sources.stalledMs ?? STALLED_MS)
      timer.unref()
      try {
        yield reply.piece
      } finally {
        clearTimeout(timer)
      }
    }
  }

  /** Takes the instant: what the store holds, the log's head, and the files beside, of between two commits. */
  async #begin(worker: BackupWorker, request: BackupRequest): Promise<BackupBegin> {
    const { store, log, origin, version } = this.#sources
    // Commits wait while the store is held still; they need not wait for a thread to start.
    await worker.ask({ kind: 'ready' })
    const held = await store.holdStill(async () => {
      const { seal, logKeys } = this.#sources.files()
      const cut = log.cut()
      await worker.ask({ kind: 'hold' })
      return { cut, seal, logKeys }
    })
    let copied: BackupReply
    try {
      copied = await worker.ask({ kind: 'copy' })
    } finally {
      held.release()
    }
    if (copied.kind !== 'copied') throw new Error('the thread of the backup is out of step')
    const { cut, seal, logKeys } = held.result
    await log.settled()
    const { set: keeper } = JSON.parse(seal) as { set: string }
    const { sequence, counts } = copied.facts
    const checkpoint = await this.#checkpoint(cut)
    const { id: backup, takenAt, sealing } = request
    const facts = { backup, keeper, origin, version, takenAt, sequence, counts }
    return {
      kind: 'begin',
      facts: { ...facts, entries: cut.size },
      log: { root: cut.root, tail: cut.tail },
      small: { checkpoint, seal: encodeUtf8(seal), logKeys: encodeUtf8(logKeys) },
      sealing: sealingOf(sealing),
    }
  }

  #checkpoint({ size, root }: LogCut): Promise<Uint8Array> {
    if (root === undefined) throw new KeeperError('precondition-failed', 'the log is empty')
    const { origin } = this.#sources
    return signNote(encodeCheckpoint({ origin, size, root }), this.#signers())
  }

  /** The manifest is signed, and told of, before whoever reads is given it. */
  async #sign(
    worker: BackupWorker,
    { facts }: BackupBegin,
    request: BackupRequest,
    text: string,
  ): Promise<BackupReply> {
    // The cosignature is of checkpoints alone.
    const note = await signNote(text, this.#signers().slice(0, 1))
    await request.finish({
      manifest: hashHex('sha256', note),
      entries: facts.entries,
      records: facts.counts.record,
    })
    return worker.ask({ kind: 'signed', note })
  }

  #signers(): readonly NoteSigner[] {
    const { signers } = this.#sources
    if (signers.length > 0) return signers
    throw new KeeperError('sealed', 'the keeper is sealed; unseal it first')
  }

  #assertSpace(): void {
    const { store, folder, freeBytes = freeBytesOf } = this.#sources
    const log = statSync(`${store.file}-wal`, { throwIfNoEntry: false })?.size ?? 0
    const needed = statSync(store.file).size + log + SPARE_BYTES
    const free = freeBytes(folder)
    if (free >= needed) return
    throw new KeeperError(
      'store-unavailable',
      'there is too little space for a copy of the store beside it; free some and try again',
      { details: { reason: 'disk-full', needed, free } },
    )
  }

  #assertFree(): void {
    if (this.#current === undefined) return
    throw new KeeperError('conflict', 'a backup is being made; wait for its end')
  }
}

function sealingOf(sealing: BackupSealing): Sealing {
  if ('recipients' in sealing) return sealing
  return { passphrase: sealing.passphrase.use(decodeUtf8) }
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

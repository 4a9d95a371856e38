import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hashLatin1 } from '@claviger/crypto'
import { isKeeperError } from '@claviger/core'
import { emptyJournal } from '../audit/index.ts'
import { lockFolder } from '../storage/sqlite/folder-lock.ts'
import { readStoreFacts } from '../storage/sqlite/snapshot.ts'
import { BackupError, damaged } from './backup-error.ts'
import { type BackupSink, type ReadBackup, readBackup, type Trust } from './read-backup.ts'
import type { BackupPart } from './read-frames.ts'

/** What else may speak against a backup. */
export interface UnpackChecks extends Pick<BackupSink, 'head'> {
  /** Looks at the folder before it is put in its place, and may add to it. */
  unpacked?(folder: string, read: ReadBackup): void | Promise<void>
}

const OWNER_ONLY = { file: 0o600, folder: 0o700 } as const

/**
 * Makes the folder `data` of a keeper from a backup, whole or not at all: beside its place, synced, checked,
 * and put there at the end.
 */
export async function unpackBackup(
  data: string,
  parts: AsyncIterable<BackupPart>,
  trust: Trust,
  checks: UnpackChecks = {},
): Promise<ReadBackup> {
  assertEmpty(data)
  mkdirSync(dirname(data), { recursive: true, mode: OWNER_ONLY.folder })
  const unpacked = `${data}.restoring`
  // What a restore that was killed has left.
  rmSync(unpacked, { recursive: true, force: true })
  const folder = new UnpackedFolder(unpacked)
  try {
    const read = await readBackup(parts, trust, { ...folder.sink(), ...checks })
    await folder.finish(read)
    await checks.unpacked?.(unpacked, read)
    await syncTree(unpacked)
    // A folder that is there is replaced only if it is empty.
    await rename(unpacked, data)
    await sync(dirname(data))
    return read
  } finally {
    await folder.close()
    rmSync(unpacked, { recursive: true, force: true })
  }
}

/** Refuses a folder that holds anything, and says so if it is a keeper that runs. */
function assertEmpty(data: string): void {
  if (!existsSync(data) || readdirSync(data).length === 0) return
  const lockFile = join(data, 'store', 'store.lock')
  if (existsSync(lockFile)) assertStopped(lockFile)
  throw new BackupError(
    'not-empty',
    `${data} is not empty; restore into another folder, or move it away first`,
  )
}

/** Throws `keeper-runs` where the lock is held. */
export function assertStopped(lockFile: string): void {
  try {
    lockFolder(lockFile).release()
  } catch (error) {
    if (!isKeeperError(error) || error.details['reason'] !== 'locked') throw error
    throw new BackupError(
      'keeper-runs',
      'a keeper runs in this folder; restore into another one, or stop it and move its folder away',
      { cause: error },
    )
  }
}

const FILES = { 'log-keys': 'log-keys.json', seal: 'seal.json', checkpoint: 'log/checkpoint' }

class UnpackedFolder {
  readonly #path: string
  #checkpoint: Uint8Array = new Uint8Array()
  #store: FileHandle | undefined

  constructor(path: string) {
    this.#path = path
  }

  sink(): BackupSink {
    return {
      small: (name, bytes) => {
        if (name === 'checkpoint') this.#checkpoint = bytes
        this.#write(FILES[name], bytes)
      },
      tile: (tile) => this.#write(join('log', tile.path), tile.encode()),
      store: async (chunk) => {
        this.#store ??= await open(this.#place('store/store.db'), 'wx', OWNER_ONLY.file)
        await writeAll(this.#store, chunk)
      },
    }
  }

  /** What no backup holds because it follows from the rest. */
  async finish({ manifest, checkpoint }: ReadBackup): Promise<void> {
    await this.close()
    const sha256 = (bytes: Uint8Array | string): string => hashLatin1('sha256', bytes)
    const journal = emptyJournal(sha256, checkpoint.size, this.#checkpoint)
    this.#write(join('log', journal.path), journal.bytes)
    const { sequence, digest, counts } = this.#facts()
    const isSame =
      sequence === manifest.sequence &&
      counts.record === manifest.counts.record &&
      counts.node === manifest.counts.node &&
      counts.outbox === manifest.counts.outbox
    if (!isSame) throw damaged('its store is not the one that its manifest tells of')
    // From its first start on the keeper notices a store that is older than this one.
    this.#write('anchor.json', Buffer.from(`${JSON.stringify({ sequence, digest })}\n`))
  }

  async close(): Promise<void> {
    const store = this.#store
    this.#store = undefined
    await store?.close()
  }

  #facts(): ReturnType<typeof readStoreFacts> {
    try {
      return readStoreFacts(join(this.#path, 'store', 'store.db'))
    } catch (error) {
      throw damaged('its store cannot be opened', error)
    }
  }

  #write(name: string, bytes: Uint8Array): void {
    writeFileSync(this.#place(name), bytes, { flag: 'wx', mode: OWNER_ONLY.file })
  }

  #place(name: string): string {
    const path = join(this.#path, name)
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY.folder })
    return path
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, at)
    at += bytesWritten
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    await (entry.isDirectory() ? syncTree(path) : sync(path))
  }
  await sync(folder)
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

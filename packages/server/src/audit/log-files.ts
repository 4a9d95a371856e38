// The file operations the log needs and no others: the seam where tests inject faults.
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { LogFileError, type LogFileOperation, systemCode } from './log-error.ts'

/** One open file. Positions are explicit: nothing depends on a file offset that a fault could move. */
export interface LogFile {
  /** Writes at most `length` bytes and says how many it took. */
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number>
  fdatasync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface LogFiles {
  /** `create` makes an empty file; `update` opens one that exists. */
  open(path: string, mode: 'create' | 'update' | 'read'): Promise<LogFile>
  /** The file's bytes up to `bytesMax` and one more, or undefined when there is none. */
  read(path: string, bytesMax: number): Promise<Uint8Array | undefined>
  /** Names in a folder; empty when there is none. */
  list(path: string): Promise<string[]>
  makeFolder(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a folder with what is in it; absent is removed. */
  remove(path: string): Promise<void>
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>
}

const FLAGS = { create: 'w+', update: 'r+', read: 'r' } as const
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

type Done<T> = (error: NodeJS.ErrnoException | null, value?: T) => void

function attempt<T>(
  operation: LogFileOperation,
  path: string,
  start: (done: Done<T>) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null) resolve(value as T)
      else reject(new LogFileError(operation, path, systemCode(error), error))
    })
  })
}

// Callbacks rather than FileHandle: a third of the CPU on the path of every commit.
class NodeLogFile implements LogFile {
  readonly #fd: number
  readonly #path: string

  constructor(fd: number, path: string) {
    this.#fd = fd
    this.#path = path
  }

  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return attempt<number>('write', this.#path, (done) => {
      fs.write(this.#fd, bytes, offset, length, position, done)
    })
  }

  fdatasync(): Promise<void> {
    return attempt<void>('fdatasync', this.#path, (done) => fs.fdatasync(this.#fd, done))
  }

  truncate(length: number): Promise<void> {
    return attempt<void>('truncate', this.#path, (done) => fs.ftruncate(this.#fd, length, done))
  }

  close(): Promise<void> {
    return attempt<void>('open', this.#path, (done) => fs.close(this.#fd, done))
  }
}

async function open(path: string, mode: 'create' | 'update' | 'read'): Promise<LogFile> {
  const fd = await attempt<number>('open', path, (done) =>
    fs.open(path, FLAGS[mode], FILE_MODE, done),
  )
  return new NodeLogFile(fd, path)
}

async function read(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  let handle: fs.promises.FileHandle
  try {
    handle = await fs.promises.open(path, 'r')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new LogFileError('read', path, code, error)
  }
  try {
    const { size } = await handle.stat()
    const buffer = Buffer.allocUnsafe(Math.min(size, bytesMax + 1))
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return buffer.subarray(0, length)
  } catch (error) {
    throw new LogFileError('read', path, systemCode(error), error)
  } finally {
    await handle.close()
  }
}

async function list(path: string): Promise<string[]> {
  try {
    return await fs.promises.readdir(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw new LogFileError('read', path, systemCode(error), error)
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'read')
  try {
    await folder.fdatasync()
  } finally {
    await folder.close()
  }
}

export const nodeLogFiles: LogFiles = {
  open,
  read,
  list,
  syncFolder,
  makeFolder: (path) =>
    attempt<void>('mkdir', path, (done) =>
      fs.mkdir(path, { recursive: true, mode: FOLDER_MODE }, (error) => done(error)),
    ),
  rename: (from, to) => attempt<void>('rename', to, (done) => fs.rename(from, to, done)),
  remove: (path) =>
    attempt<void>('unlink', path, (done) => fs.rm(path, { recursive: true, force: true }, done)),
}

/** Writes all of `bytes` from `position` on, however short the system makes each write. */
export async function writeAll(file: LogFile, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const length = await file.write(bytes, written, bytes.length - written, position + written)
    if (length === 0) throw new LogFileError('write', 'journal', 'ENOSPC')
    written += length
  }
}

/** Makes `bytes` the content of `path`, for readers all at once; durable when `durable` is set. */
export async function replaceFile(
  files: LogFiles,
  path: string,
  bytes: Uint8Array,
  { durable }: { durable: boolean },
): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await files.open(temporary, 'create')
  try {
    await writeAll(file, bytes, 0)
    if (durable) await file.fdatasync()
  } finally {
    await file.close()
  }
  await files.rename(temporary, path)
  if (durable) await files.syncFolder(dirname(path))
}

import { linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CliError } from '../cli-error.ts'

export interface WriteOptions {
  /** Replace a file that is there. */
  readonly force?: boolean | undefined
  /** Permission bits; 0600 for secrets. */
  readonly mode?: number
}

/**
 * Writes a file whole or not at all: beside its place, synced, put there at the end, and its folder synced. Whatever stops it,
 * an error of the source or a signal, nothing unfinished is left behind.
 */
export async function writeAtomically(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { force = false, mode = 0o600 }: WriteOptions = {},
): Promise<number> {
  assertFree(path, force)
  if (kindOf(path) === 'device') return writeTo(await open(path, 'w'), source)
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  const forget = removeOnSignal(temporary)
  try {
    const length = await writeTo(await open(temporary, 'wx', mode), source, true)
    put(temporary, path, force)
    await syncFolder(dirname(path))
    return length
  } finally {
    rmSync(temporary, { force: true })
    forget()
  }
}

async function writeTo(
  file: FileHandle,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  durable = false,
): Promise<number> {
  let length = 0
  try {
    for await (const piece of source) {
      for (let at = 0; at < piece.length; ) {
        const { bytesWritten } = await file.write(piece, at, piece.length - at)
        at += bytesWritten
      }
      length += piece.length
    }
    if (durable) await file.sync()
    return length
  } finally {
    await file.close()
  }
}

/** A device or a pipe (`/dev/null`) is written to; there is nothing to replace. */
function kindOf(path: string): 'nothing' | 'file' | 'device' {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'nothing'
  return stats.isFile() || stats.isDirectory() ? 'file' : 'device'
}

export function assertFree(path: string, force: boolean | undefined): void {
  if (force === true || kindOf(path) !== 'file') return
  throw new CliError(
    'conflict',
    `${path} is there already; choose another with -o, or replace it with --force`,
  )
}

function put(temporary: string, path: string, force: boolean): void {
  if (!force) {
    try {
      // Unlike a rename, a link never replaces a file that came there meanwhile.
      linkSync(temporary, path)
      return
    } catch (error) {
      if (codeOf(error) === 'EEXIST') assertFree(path, false)
      // Some file systems have no links: the check before must do there.
      assertFree(path, false)
    }
  }
  renameSync(temporary, path)
}

/** The name is durable once the folder is. Windows has no such call, and some file systems refuse it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  let handle: FileHandle
  try {
    handle = await open(folder, 'r')
  } catch (error) {
    // A drop box: it may be written to, and not be read. The file is there all the same.
    if (codeOf(error) === 'EACCES') return
    throw error
  }
  try {
    await handle.sync()
  } catch (error) {
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error
  } finally {
    await handle.close()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** A signal would end the process without any `finally`. */
function removeOnSignal(path: string): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const remove = (signal: NodeJS.Signals): void => {
    rmSync(path, { force: true })
    forget()
    process.kill(process.pid, signal)
  }
  const forget = (): void => {
    for (const signal of signals) process.off(signal, remove)
  }
  for (const signal of signals) process.on(signal, remove)
  return forget
}

import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Called at each step that a crash could fall on; tests throw from it. */
export type Failpoint = (step: string) => void

const OWNER_ONLY = 0o600

/** The text of a file, or undefined when there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Replaces a file so that a crash at any moment leaves the old content or the new, never a part: a
 * temporary file is written and synced, renamed over the old one, and the folder is synced.
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  failpoint: Failpoint = () => undefined,
): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = `${path}.new`
  const descriptor = openSync(temporary, 'w', OWNER_ONLY)
  try {
    // A leftover of a crash keeps the mode it was made with.
    fchmodSync(descriptor, OWNER_ONLY)
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    let offset = 0
    while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset)
    failpoint('temporary-written')
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  failpoint('temporary-synced')
  renameSync(temporary, path)
  failpoint('renamed')
  syncFolder(folder)
  failpoint('folder-synced')
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

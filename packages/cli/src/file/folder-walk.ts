import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Copies of other people's things, and packed ones: nothing of theirs is anybody's key. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', 'node_modules'])
const DEPTH_MAX = 64

export interface WalkLimits {
  readonly files: number
  /** Larger files are not opened. */
  readonly fileBytes: number
}

export interface WalkedFile {
  readonly path: string
  /** The reader wipes it. */
  readonly data: Uint8Array
  /** Whether others than its owner may read it. */
  readonly isOpen: boolean
}

/** What a walk has come by; it grows while the walk goes on. */
export interface WalkTally {
  files: number
  /** Files and folders that could not be read. */
  unread: number
  /** Whether it ended at a limit. */
  isCut: boolean
}

/** Every regular file below a folder, in order of names. Links are not followed, whatever they lead to. */
export async function* walkFolder(
  folder: string,
  limits: WalkLimits,
  tally: WalkTally,
  depth = 0,
): AsyncGenerator<WalkedFile> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (depth === 0) throw error
    tally.unread += 1
    return []
  })
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (PASSED_OVER.has(entry.name)) continue
      if (depth < DEPTH_MAX) yield* walkFolder(path, limits, tally, depth + 1)
      else tally.isCut = true
    } else if (entry.isFile()) {
      if (tally.files >= limits.files) {
        tally.isCut = true
        return
      }
      tally.files += 1
      const file = await readRegular(path, limits.fileBytes).catch(() => {
        tally.unread += 1
        return undefined
      })
      if (file !== undefined) yield file
    }
  }
}

/** Undefined for what is too large, and for what has become another thing since it was listed. */
async function readRegular(path: string, bytesMax: number): Promise<WalkedFile | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const { size, mode } = await handle.stat().then((stats) => ({
      size: stats.isFile() ? stats.size : 0,
      mode: stats.mode,
    }))
    if (size === 0 || size > bytesMax) return undefined
    const data = new Uint8Array(new ArrayBuffer(size))
    const { bytesRead } = await handle.read(data, 0, size, 0)
    return { path, data: data.subarray(0, bytesRead), isOpen: (mode & 0o044) !== 0 }
  } finally {
    await handle.close()
  }
}

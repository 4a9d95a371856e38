import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKPOINT_PATH, parseTilePath, type TileSource } from '@claviger/tlog'

/**
 * The log in a folder, or in a copy of it. The reader is the command line's own: what wrote the log has no
 * part in checking it.
 */
export function logFolder(folder: string): TileSource {
  return {
    async read(path, bytesMax) {
      // SAFETY: only a well-formed tile path reaches the file system, so no path can leave the folder.
      if (path !== CHECKPOINT_PATH) parseTilePath(path)
      return readBounded(join(folder, path), bytesMax)
    },
  }
}

/** Undefined where there is no such file; one byte over the bound is enough to see that it is too large. */
async function readBounded(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  let file
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    const bytes = new Uint8Array(bytesMax + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length)
      length += bytesRead
      if (bytesRead === 0 || length === bytes.length) return bytes.slice(0, length)
    }
  } finally {
    await file.close()
  }
}

import { join } from 'node:path'
import { CHECKPOINT_PATH, parseTilePath, type TileSource } from '@claviger/tlog'
import { type LogFiles, nodeLogFiles } from './log-files.ts'

/** Serves the tlog-tiles paths of one folder, and nothing else of it. */
export class FileTileSource implements TileSource {
  readonly #folder: string
  readonly #files: LogFiles

  constructor(folder: string, files: LogFiles = nodeLogFiles) {
    this.#folder = folder
    this.#files = files
  }

  async read(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
    // SAFETY: only a well-formed tile path reaches the file system, so no path can leave the folder.
    if (path !== CHECKPOINT_PATH) parseTilePath(path)
    return this.#files.read(join(this.#folder, path), bytesMax)
  }
}

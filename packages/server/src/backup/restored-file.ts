import { readFileSync } from 'node:fs'
import { KeeperError, type RestoredFacts, type Tombstone } from '@claviger/core'
import { isTombstone } from './tombstone-file.ts'

/** In the folder `data`, until the restored keeper has taken up what it says. */
export const RESTORED_FILE = 'restored.json'
const FORMAT = 'claviger-restored/1'

export interface Restored {
  readonly facts: RestoredFacts
  /** What must be ended again before anything of its tenant is served. */
  readonly tombstones: readonly Tombstone[]
}

export function encodeRestored({ facts, tombstones }: Restored): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, facts, tombstones })}\n`)
}

/** Undefined where there is none; a file that does not read must not be passed over. */
export function readRestored(path: string): Restored | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, error)
  }
  try {
    const { format, facts, tombstones } = JSON.parse(text) as Restored & { format: unknown }
    if (format === FORMAT && tombstones.every(isTombstone)) return { facts, tombstones }
  } catch (error) {
    throw unreadable(path, error)
  }
  throw unreadable(path)
}

function unreadable(path: string, cause?: unknown): KeeperError {
  return new KeeperError(
    'integrity',
    `${path} cannot be read, so what had ended would come back; restore again`,
    { cause },
  )
}

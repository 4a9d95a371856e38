import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Tombstone, TOMBSTONE_KINDS, tombstoneOf, type TenantId } from '@claviger/core'
import { openConnection } from '../storage/sqlite/connection.ts'
import { BackupError } from './backup-error.ts'
import { assertStopped } from './restore-backup.ts'

/** What is left of a keeper that another takes the place of. */
export interface ReplacedFolder {
  /** `set` of its seal file; undefined where that cannot be read. */
  readonly keeper: string | undefined
  /** The last checkpoint of its log, if there is one. */
  readonly checkpoint: Uint8Array | undefined
  /** What had ended there. Nothing authenticates it but that the operator names the folder. */
  readonly tombstones: readonly Tombstone[]
}

/** @param data the folder `data` of a keeper that is stopped */
export function readReplacedFolder(data: string): ReplacedFolder {
  const store = join(data, 'store')
  if (!existsSync(join(store, 'store.db'))) {
    throw new BackupError('not-a-backup', `there is no keeper in ${data} to be replaced`)
  }
  if (existsSync(join(store, 'store.lock'))) assertStopped(join(store, 'store.lock'))
  const checkpoint = join(data, 'log', 'checkpoint')
  return {
    keeper: keeperOf(join(data, 'seal.json')),
    checkpoint: existsSync(checkpoint) ? readFileSync(checkpoint) : undefined,
    tombstones: readTombstones(join(store, 'store.db')),
  }
}

function keeperOf(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { set?: string }).set
  } catch {
    return undefined
  }
}

function readTombstones(file: string): readonly Tombstone[] {
  const database = openConnection(file, 'read')
  try {
    const rows = database.prepare('SELECT tenant, id, value FROM record WHERE kind = ?')
    return TOMBSTONE_KINDS.flatMap((kind) =>
      [...rows.iterate(kind)].flatMap(({ tenant, id, value }) => {
        const one = tombstoneOf(kind, tenant as TenantId, String(id), JSON.parse(String(value)))
        return one === undefined ? [] : [one]
      }),
    )
  } catch (error) {
    const message = 'the store of the folder to be replaced cannot be read; restore without it'
    throw new BackupError('damaged', message, { cause: error })
  } finally {
    database.close()
  }
}

import { DatabaseSync } from 'node:sqlite'
import { KeeperError } from '@claviger/core'
import { failureReason, sqliteFault, storeFailure } from './store-error.ts'

export interface FolderLock {
  release(): void
}

/**
 * Makes this process the only keeper of a folder. Node has no file locks, SQLite has: an exclusive
 * transaction on an empty database lasts as long as the process, also when that is killed.
 */
export function lockFolder(file: string): FolderLock {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(file, { timeout: 0, defensive: true, allowExtension: false })
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    const held = lock
    return { release: () => held.close() }
  } catch (error) {
    lock?.close()
    const reason = failureReason(sqliteFault(error))
    if (reason !== 'busy') throw storeFailure(reason, error)
    throw new KeeperError(
      'store-unavailable',
      'another keeper runs in this folder; stop it, or choose another folder',
      { details: { reason: 'locked' }, cause: error },
    )
  }
}

import { KeeperError } from '@claviger/core'

/** SQLite's primary result codes (sqlite.org/rescode.html) that an operator can do something about. */
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26
/** The shared-memory file could not grow: what a full disk looks like to it. */
const SQLITE_IOERR_SHMSIZE = 4874

export type StoreFailureReason =
  | 'disk-full'
  | 'io-error'
  | 'busy'
  | 'read-only'
  | 'cannot-open'
  | 'damaged'
  | 'closed'
  | 'internal'

/** An error of node:sqlite as it survives the way between threads. */
export interface SqliteFault {
  readonly errcode: number
  readonly message: string
}

export function sqliteFault(error: unknown): SqliteFault {
  const { errcode, message } = error as { errcode?: unknown; message?: unknown }
  return { errcode: typeof errcode === 'number' ? errcode : 0, message: String(message) }
}

export function failureReason({ errcode }: SqliteFault): StoreFailureReason {
  if (errcode === SQLITE_IOERR_SHMSIZE) return 'disk-full'
  switch (errcode & 0xff) {
    case SQLITE_FULL:
      return 'disk-full'
    case SQLITE_BUSY:
      return 'busy'
    case SQLITE_READONLY:
      return 'read-only'
    case SQLITE_IOERR:
      return 'io-error'
    case SQLITE_CANTOPEN:
      return 'cannot-open'
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return 'damaged'
    default:
      return 'internal'
  }
}

const MESSAGES: Readonly<Record<StoreFailureReason, string>> = {
  'disk-full': 'the disk of the store is full; free space, changes then go on by themselves',
  'io-error': 'the disk of the store fails; check the disk, then restart the keeper',
  busy: 'the database is held by another program; stop it',
  'read-only': 'the database cannot be written; check the permissions of its folder',
  'cannot-open': 'the database cannot be opened; check the permissions of its folder',
  damaged: 'the database file is damaged; restore it from a backup',
  closed: 'the store is closed',
  internal: 'the store failed; see the log of the keeper',
}

export function storeFailure(reason: StoreFailureReason, cause?: unknown): KeeperError {
  const code = reason === 'damaged' ? 'integrity' : 'store-unavailable'
  return new KeeperError(code, MESSAGES[reason], { details: { reason }, cause })
}

/** A KeeperError for whatever a read or a commit threw; programmer errors pass unchanged. */
export function asKeeperError(error: unknown): unknown {
  if (error instanceof KeeperError) return error
  const fault = sqliteFault(error)
  return fault.errcode === 0 ? error : storeFailure(failureReason(fault), error)
}

import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { KeeperError, type RecordKind, type TenantId } from '@claviger/core'
import { byteString } from '../ledger/byte-string.ts'
import type { LedgerState, OutboxRow, RecordRow } from '../ledger/store-mac.ts'
import { openConnection } from './connection.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { migrate } from './migrations.ts'
import { asKeeperError, failureReason, sqliteFault, storeFailure } from './store-error.ts'

const DATABASE_FILE = 'store.db'
const LOCK_FILE = 'store.lock'
const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

export interface StoredRow extends RecordRow {
  readonly mac: Uint8Array
}

export interface StoredState extends LedgerState {
  readonly mac: Uint8Array
}

/** The connection that reads. It sees the last commit it was told of, and nothing newer. */
export class Database {
  readonly file: string
  /** It was left with a write-ahead log: by a process that did not stop in good order. */
  readonly wasCut: boolean
  readonly #database: DatabaseSync
  readonly #lock: FolderLock
  readonly #record: StatementSync
  readonly #node: StatementSync
  readonly #outbox: StatementSync
  readonly #state: StatementSync

  private constructor(file: string, database: DatabaseSync, lock: FolderLock, wasCut: boolean) {
    this.file = file
    this.wasCut = wasCut
    this.#database = database
    this.#lock = lock
    this.#record = database.prepare(
      'SELECT kind, tenant, id, revision, value, indexed, mac FROM record WHERE row = ?',
    )
    this.#node = database.prepare('SELECT body FROM node WHERE id = ?')
    this.#outbox = database.prepare('SELECT position, id, entry FROM outbox WHERE position = ?')
    this.#state = database.prepare(
      'SELECT sequence, root, digest, next_node, next_row, next_outbox, mac FROM state WHERE only = ?',
    )
  }

  /** Opens or makes the database of `folder`; throws a KeeperError that says in one line what is wrong. */
  static open(folder: string): Database {
    const file = join(folder, DATABASE_FILE)
    const lockFile = join(folder, LOCK_FILE)
    prepareFolder(folder, [file, lockFile])
    const lock = lockFolder(lockFile)
    const wasCut = existsSync(`${file}-wal`)
    let database: DatabaseSync | undefined
    try {
      database = openConnection(file, 'read')
      migrate(database)
      return new Database(file, database, lock, wasCut)
    } catch (error) {
      database?.close()
      lock.release()
      throw asKeeperError(error)
    }
  }

  /** Undefined also for a row that cannot be read: its reader names it and goes on with the others. */
  record(row: number): StoredRow | undefined {
    const found = readRow(this.#record, row)
    if (found === undefined) return undefined
    const { kind, tenant, id, revision, value, indexed, mac } = found
    const isWhole = isText(kind) && isText(tenant) && isText(id) && isText(value) && isText(indexed)
    if (!isWhole || !isCount(revision) || !isBytes(mac)) return undefined
    return {
      kind: kind as RecordKind,
      tenant: tenant as TenantId,
      id,
      revision,
      value,
      indexed,
      mac,
    }
  }

  node(id: number): Uint8Array | undefined {
    const body = readRow(this.#node, id)?.['body']
    return isBytes(body) ? body : undefined
  }

  outbox(at: number): OutboxRow | undefined {
    const found = readRow(this.#outbox, at)
    if (found === undefined) return undefined
    const { position, id, entry } = found
    return isCount(position) && isText(id) && isText(entry) ? { position, id, entry } : undefined
  }

  state(): StoredState {
    const found = readRow(this.#state, 1)
    const { sequence, root, digest, next_node, next_row, next_outbox, mac } = found ?? {}
    const areCounts = isCount(sequence) && isCount(root) && isCount(next_node)
    if (!areCounts || !isCount(next_row) || !isCount(next_outbox)) throw unreadableState()
    if (!isBytes(digest) || !isBytes(mac)) throw unreadableState()
    return {
      sequence,
      root: root === 0 ? undefined : { id: root, digest: byteString(digest) },
      nextNode: next_node,
      nextRow: next_row,
      nextOutbox: next_outbox,
      mac,
    }
  }

  /** Whether nothing was ever stored. */
  isEmpty(): boolean {
    const row = this.#database
      .prepare('SELECT 1 FROM record UNION ALL SELECT 1 FROM node LIMIT 1')
      .get()
    return row === undefined
  }

  /** Keeps reads at the present commit while the writer makes the next one. */
  hold(): void {
    this.#database.exec('BEGIN')
    this.#state.get(1)
  }

  letGo(): void {
    if (this.#database.isTransaction) this.#database.exec('COMMIT')
  }

  close(): void {
    this.#database.close()
    this.#lock.release()
  }
}

type Row = Readonly<Record<string, SQLOutputValue>>

/** One row by its number; undefined when it is absent, or too damaged for SQLite to hand out. */
function readRow(statement: StatementSync, number: number): Row | undefined {
  try {
    return statement.get(number)
  } catch (error) {
    const isUnreadable = failureReason(sqliteFault(error)) === 'damaged'
    // An integer past 2^53, which this store never writes.
    const isOutOfRange = (error as { code?: string }).code === 'ERR_OUT_OF_RANGE'
    if (isUnreadable || isOutOfRange) return undefined
    throw error
  }
}

const isText = (value: SQLOutputValue | undefined): value is string => typeof value === 'string'
const isBytes = (value: SQLOutputValue | undefined): value is Uint8Array<ArrayBuffer> =>
  value instanceof Uint8Array
const isCount = (value: SQLOutputValue | undefined): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

function unreadableState(): KeeperError {
  return new KeeperError(
    'integrity',
    'the state of the store cannot be read; restore the store from a backup',
    { details: { kind: 'state', id: 'unreadable' } },
  )
}

/** SQLite gives its log and its shared memory the mode of the database file. */
function prepareFolder(folder: string, files: readonly string[]): void {
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
    for (const file of files) closeSync(openSync(file, 'a', OWNER_ONLY_FILE))
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ENOSPC') throw storeFailure('disk-full', error)
    throw new KeeperError(
      'store-unavailable',
      `the data folder cannot be written (${code ?? 'unknown error'}); check its path and permissions`,
      { details: { reason: 'cannot-open' }, cause: error },
    )
  }
}

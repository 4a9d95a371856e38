import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { KeeperError, type RecordKind, type TenantId } from '@claviger/core'
import { byteString } from '../ledger/byte-string.ts'
import type { LedgerState, OutboxRow, RecordRow } from '../ledger/store-mac.ts'
import { openConnection } from './connection.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { migrate } from './migrations.ts'
import { asKeeperError, storeFailure } from './store-error.ts'

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
  readonly #database: DatabaseSync
  readonly #lock: FolderLock
  readonly #record: StatementSync
  readonly #node: StatementSync
  readonly #outbox: StatementSync
  readonly #state: StatementSync

  private constructor(file: string, database: DatabaseSync, lock: FolderLock) {
    this.file = file
    this.#database = database
    this.#lock = lock
    this.#record = database.prepare(
      'SELECT kind, tenant, id, revision, value, indexed, mac FROM record WHERE row = ?',
    )
    this.#node = database.prepare('SELECT body FROM node WHERE id = ?')
    this.#outbox = database.prepare('SELECT position, id, entry FROM outbox WHERE position = ?')
    this.#state = database.prepare('SELECT * FROM state WHERE only = 1')
  }

  /** Opens or makes the database of `folder`; throws a KeeperError that says in one line what is wrong. */
  static open(folder: string): Database {
    const file = join(folder, DATABASE_FILE)
    const lockFile = join(folder, LOCK_FILE)
    prepareFolder(folder, [file, lockFile])
    const lock = lockFolder(lockFile)
    let database: DatabaseSync | undefined
    try {
      database = openConnection(file)
      migrate(database)
      return new Database(file, database, lock)
    } catch (error) {
      database?.close()
      lock.release()
      throw asKeeperError(error)
    }
  }

  record(row: number): StoredRow | undefined {
    const found = this.#record.get(row)
    if (found === undefined) return undefined
    return {
      kind: found['kind'] as RecordKind,
      tenant: found['tenant'] as TenantId,
      id: found['id'] as string,
      revision: found['revision'] as number,
      value: found['value'] as string,
      indexed: found['indexed'] as string,
      mac: found['mac'] as Uint8Array,
    }
  }

  node(id: number): Uint8Array | undefined {
    return this.#node.get(id)?.['body'] as Uint8Array | undefined
  }

  outbox(position: number): OutboxRow | undefined {
    return this.#outbox.get(position) as unknown as OutboxRow | undefined
  }

  state(): StoredState {
    const row = this.#state.get()
    if (row === undefined) throw storeFailure('damaged', 'the state row is missing')
    const count = (name: string) => row[name] as number
    const root = count('root')
    return {
      sequence: count('sequence'),
      root: root === 0 ? undefined : { id: root, digest: byteString(row['digest'] as Uint8Array) },
      nextNode: count('next_node'),
      nextRow: count('next_row'),
      nextOutbox: count('next_outbox'),
      mac: row['mac'] as Uint8Array,
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
    this.#state.get()
  }

  letGo(): void {
    if (this.#database.isTransaction) this.#database.exec('COMMIT')
  }

  close(): void {
    this.#database.close()
    this.#lock.release()
  }
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

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { bytesOf } from '../ledger/byte-string.ts'
import type { NodeWrite } from '../ledger/ledger-draft.ts'
import type { LedgerState, OutboxRow, RecordRow } from '../ledger/store-mac.ts'

export interface RecordWrite {
  readonly row: number
  readonly record: RecordRow
  readonly mac: Uint8Array
}

/** Everything one transaction writes. Plain data: it is handed to the writer's thread. */
export interface WriteBatch {
  readonly records: readonly RecordWrite[]
  readonly removedRecords: readonly number[]
  readonly nodes: readonly NodeWrite[]
  readonly removedNodes: readonly number[]
  readonly outbox: readonly OutboxRow[]
  readonly removedOutbox: readonly number[]
  readonly state: LedgerState
  readonly stateMac: Uint8Array
}

const SQL = {
  record: `INSERT INTO record (row, kind, tenant, id, revision, value, indexed, mac)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (row) DO UPDATE SET revision = excluded.revision, value = excluded.value,
      indexed = excluded.indexed, mac = excluded.mac, kind = excluded.kind,
      tenant = excluded.tenant, id = excluded.id`,
  removeRecord: 'DELETE FROM record WHERE row = ?',
  node: 'INSERT INTO node (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
  removeNode: 'DELETE FROM node WHERE id = ?',
  outbox: 'INSERT INTO outbox (position, id, entry) VALUES (?, ?, ?)',
  removeOutbox: 'DELETE FROM outbox WHERE position = ?',
  state: `UPDATE state SET sequence = ?, root = ?, digest = ?, next_node = ?, next_row = ?,
    next_outbox = ?, mac = ? WHERE only = 1 AND sequence = ?`,
} as const

type StatementName = keyof typeof SQL

/** The one connection that writes. Runs in the writer's thread, or inline in tests and tools. */
export class BatchWriter {
  readonly #database: DatabaseSync
  readonly #statements: Readonly<Record<StatementName, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#database = database
    const prepare = (name: StatementName) => [name, database.prepare(SQL[name])]
    const names = Object.keys(SQL) as StatementName[]
    this.#statements = Object.fromEntries(names.map(prepare)) as Record<
      StatementName,
      StatementSync
    >
  }

  /** All of the batch, on disk when it returns; none of it when it throws, unless the disk lies. */
  apply(batch: WriteBatch): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      this.#write(batch)
      this.#database.exec('COMMIT')
    } catch (error) {
      // SQLite has rolled back by itself after some errors (full, I/O): then there is nothing left to undo.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Pages in the write-ahead log. */
  logPages(): number {
    return Number(this.#database.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.['log'] ?? 0)
  }

  /** Moves the write-ahead log into the database; the next commit then starts the log anew. */
  checkpoint(mode: 'RESTART' | 'TRUNCATE'): void {
    this.#database.prepare(`PRAGMA wal_checkpoint(${mode})`).get()
  }

  close(): void {
    this.#database.close()
  }

  #write(batch: WriteBatch): void {
    for (const { row, record, mac } of batch.records) {
      const { kind, tenant, id, revision, value, indexed } = record
      this.#run('record', row, kind, tenant, id, revision, value, indexed, mac)
    }
    for (const row of batch.removedRecords) this.#run('removeRecord', row)
    for (const { id, body } of batch.nodes) this.#run('node', id, body)
    for (const id of batch.removedNodes) this.#run('removeNode', id)
    for (const { position, id, entry } of batch.outbox) this.#run('outbox', position, id, entry)
    for (const position of batch.removedOutbox) this.#run('removeOutbox', position)
    const { state, stateMac } = batch
    const changed = this.#run(
      'state',
      state.sequence,
      state.root?.id ?? 0,
      bytesOf(state.root?.digest ?? ''),
      state.nextNode,
      state.nextRow,
      state.nextOutbox,
      stateMac,
      state.sequence - 1,
    )
    if (changed !== 1) throw new Error('the state row is not the one this commit builds on')
  }

  #run(name: StatementName, ...values: SQLInputValue[]): number {
    return Number(this.#statements[name].run(...values).changes)
  }
}

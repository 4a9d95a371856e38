import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

const COLUMNS = ['kind', 'tenant', 'id', 'revision', 'value', 'indexed', 'mac'] as const

/** A record as it lies in the file, its row number aside. */
export type StoredColumns = Readonly<Record<(typeof COLUMNS)[number], SQLInputValue>>

/** Somebody with the disk and SQLite, and without any key. */
export class StoredRows {
  readonly #file: string

  /** @param folder the server's, while it is stopped */
  constructor(folder: string) {
    this.#file = join(folder, 'data', 'store', 'store.db')
  }

  read(kind: string, id: string): StoredColumns {
    return this.#with((database) => {
      const row = database
        .prepare(`SELECT ${COLUMNS.join(', ')} FROM record WHERE kind = ? AND id = ?`)
        .get(kind, id)
      assert.ok(row !== undefined, `${kind} ${id} is stored`)
      return row as unknown as StoredColumns
    })
  }

  /** Puts other columns where a record lies. */
  overwrite(kind: string, id: string, columns: StoredColumns): void {
    const sets = COLUMNS.map((column) => `${column} = ?`).join(', ')
    const values = COLUMNS.map((column) => columns[column])
    this.#change(`UPDATE record SET ${sets} WHERE kind = ? AND id = ?`, ...values, kind, id)
  }

  delete(kind: string, id: string): void {
    this.#change('DELETE FROM record WHERE kind = ? AND id = ?', kind, id)
  }

  #change(statement: string, ...values: SQLInputValue[]): void {
    const { changes } = this.#with((database) => database.prepare(statement).run(...values))
    assert.equal(changes, 1, 'the tampering changed one row')
  }

  #with<T>(use: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(this.#file)
    try {
      return use(database)
    } finally {
      database.close()
    }
  }
}

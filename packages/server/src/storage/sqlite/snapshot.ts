import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { encodeHex } from '@claviger/bytes'
import { openConnection } from './connection.ts'
import { migrate } from './migrations.ts'
import { asKeeperError } from './store-error.ts'

/** What a copy of the store holds. */
export interface StoreFacts {
  /** Of its state; grows with every commit. */
  readonly sequence: number
  /** MAC of the state, hex. */
  readonly digest: string
  readonly counts: { readonly record: number; readonly node: number; readonly outbox: number }
}

const TABLES = ['record', 'node', 'outbox', 'state'] as const
const OWNER_ONLY_FILE = 0o600

/**
 * Copies the store as it is at one instant into a file of its own, while others go on writing. It copies rows
 * and not pages: what was deleted is not in the copy, however much of it the pages still show.
 */
export class StoreSnapshot {
  readonly #database: DatabaseSync

  /** @param target a file that is not there yet */
  constructor(file: string, target: string) {
    closeSync(openSync(target, 'wx', OWNER_ONLY_FILE))
    makeEmpty(target)
    this.#database = openConnection(file, 'read')
    this.#database.prepare('ATTACH DATABASE ? AS copy').run(target)
    // The copy counts only once it is read to its end: it needs no journal and no sync.
    this.#database.exec('PRAGMA copy.journal_mode = OFF; PRAGMA copy.synchronous = OFF')
  }

  /** From here on `copy` sees the store as it is now. */
  hold(): void {
    this.#database.exec('BEGIN')
    this.#database.prepare('SELECT sequence FROM main.state').get()
  }

  copy(): StoreFacts {
    try {
      this.#database.exec('DELETE FROM copy.state')
      for (const table of TABLES) {
        this.#database.exec(`INSERT INTO copy.${table} SELECT * FROM main.${table} ORDER BY 1`)
      }
      const facts = factsOf(this.#database, 'copy')
      this.#database.exec('COMMIT')
      return facts
    } catch (error) {
      throw asKeeperError(error)
    }
  }

  close(): void {
    this.#database.close()
  }
}

/** What a store in a file is, without its keys. */
export function readStoreFacts(file: string): StoreFacts {
  const database = new DatabaseSync(file, { readOnly: true, allowExtension: false })
  try {
    return factsOf(database, 'main')
  } catch (error) {
    throw asKeeperError(error)
  } finally {
    database.close()
  }
}

function makeEmpty(file: string): void {
  const database = new DatabaseSync(file, { allowExtension: false, defensive: true })
  try {
    migrate(database)
  } finally {
    database.close()
  }
}

function factsOf(database: DatabaseSync, schema: 'copy' | 'main'): StoreFacts {
  const count = (table: string): number =>
    Number(database.prepare(`SELECT count(*) AS found FROM ${schema}.${table}`).get()?.['found'])
  const state = database.prepare(`SELECT sequence, mac FROM ${schema}.state WHERE only = 1`).get()
  return {
    sequence: Number(state?.['sequence']),
    digest: encodeHex(state?.['mac'] as Uint8Array),
    counts: { record: count('record'), node: count('node'), outbox: count('outbox') },
  }
}

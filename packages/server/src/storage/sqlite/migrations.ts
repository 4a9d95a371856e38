import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { KeeperError } from '@claviger/core'

interface Migration {
  readonly number: number
  readonly sql: string
}

/**
 * Only ever appended to: a database remembers the checksum of each migration it went through, and refuses
 * a program whose history differs. The checksum is against mistakes; rows authenticate themselves.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    sql: `
      CREATE TABLE record (
        row INTEGER PRIMARY KEY, kind TEXT NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL,
        revision INTEGER NOT NULL, value TEXT NOT NULL, indexed TEXT NOT NULL, mac BLOB NOT NULL
      ) STRICT;
      CREATE TABLE node (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
      CREATE TABLE outbox (position INTEGER PRIMARY KEY, id TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
      CREATE TABLE state (
        only INTEGER PRIMARY KEY CHECK (only = 1), sequence INTEGER NOT NULL, root INTEGER NOT NULL,
        digest BLOB NOT NULL, next_node INTEGER NOT NULL, next_row INTEGER NOT NULL,
        next_outbox INTEGER NOT NULL, mac BLOB NOT NULL
      ) STRICT;
      INSERT INTO state VALUES (1, 0, 0, x'', 1, 1, 1, x'');`,
  },
]

/** Brings the schema up to date, or says in one line why it cannot. */
export function migrate(database: DatabaseSync): void {
  database.exec(`CREATE TABLE IF NOT EXISTS migration
    (number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL) STRICT`)
  const applied = database.prepare('SELECT number, checksum FROM migration ORDER BY number').all()
  const newest = Number(applied.at(-1)?.['number'] ?? 0)
  if (newest > MIGRATIONS.length) {
    throw new KeeperError(
      'store-unavailable',
      `the database has schema ${newest} and this release knows ${MIGRATIONS.length}; start the newer release`,
    )
  }
  for (const [index, { number, checksum }] of applied.entries()) {
    const known = MIGRATIONS[index]
    if (known === undefined || known.number !== number || crc32(known.sql) !== checksum) {
      throw new KeeperError(
        'store-unavailable',
        `schema change ${index + 1} of the database is not the one this release knows; start the release that made it`,
      )
    }
  }
  for (const migration of MIGRATIONS.slice(applied.length)) apply(database, migration)
}

function apply(database: DatabaseSync, { number, sql }: Migration): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(sql)
    database.prepare('INSERT INTO migration VALUES (?, ?)').run(number, crc32(sql))
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

import { DatabaseSync } from 'node:sqlite'

/** How long a statement waits for another connection of this process. */
const BUSY_MS = 5_000
/** Page caches: a reader's holds the inner pages of SQLite's own trees for a million records. */
const CACHE_KIB = { read: 16_000, write: 4_000 } as const

/**
 * A connection as every part of the store wants it: durable when a commit returns, and trusting nothing
 * that the file's own schema says.
 */
export function openConnection(file: string, use: 'read' | 'write'): DatabaseSync {
  const database = new DatabaseSync(file, {
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
    allowExtension: false,
    defensive: true,
    timeout: BUSY_MS,
  })
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA trusted_schema = OFF;
      PRAGMA secure_delete = ON;
      PRAGMA cell_size_check = ON;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -${CACHE_KIB[use]};
      PRAGMA temp_store = MEMORY;`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

import { constantTimeEqual } from '@claviger/bytes'
import { type EventId, KeeperError, type OutboxEntry } from '@claviger/core'
import { bytesOf, readU48 } from '../ledger/byte-string.ts'
import { lastSegment, OUTBOX_PREFIX } from '../ledger/ledger-key.ts'
import type { LedgerView } from '../ledger/ledger.ts'
import type { OutboxRow, StoreMac } from '../ledger/store-mac.ts'
import type { Database } from './database.ts'

/**
 * What the log may not have yet, in the order it was committed. All or nothing: an entry that does not
 * authenticate is a change without its record, so the keeper must not go on as if there were none.
 */
export function readOutbox(
  view: LedgerView,
  database: Database,
  mac: StoreMac,
): readonly OutboxEntry[] {
  const rows: OutboxRow[] = []
  let entry = view.atOrAfter(OUTBOX_PREFIX)
  while (entry?.key.startsWith(OUTBOX_PREFIX) === true) {
    const { key, value } = entry
    const row = database.outbox(readU48(value, 0))
    const id = lastSegment(key)
    if (row?.id !== id || !constantTimeEqual(mac.outbox(row), bytesOf(value.slice(6)))) {
      throw new KeeperError(
        'integrity',
        `audit entry ${id} in the outbox of the store does not authenticate; restore the store from a backup`,
        { details: { kind: 'outbox', id } },
      )
    }
    rows.push(row)
    entry = view.atOrAfter(`${key}\0`)
  }
  rows.sort((left, right) => left.position - right.position)
  return rows.map((row) => ({ id: row.id as EventId, entry: row.entry }))
}

import type { RecordKind } from '@claviger/core'
import type { LedgerView } from '../ledger/ledger.ts'
import { decodeDueKey, duePrefix } from '../ledger/ledger-key.ts'

/** What is due of a kind, the earliest first. */
export function* dueEntries(view: LedgerView, kind: RecordKind) {
  const prefix = duePrefix(kind)
  let entry = view.atOrAfter(prefix)
  while (entry?.key.startsWith(prefix) === true) {
    yield decodeDueKey(entry.key)
    entry = view.atOrAfter(`${entry.key}\0`)
  }
}

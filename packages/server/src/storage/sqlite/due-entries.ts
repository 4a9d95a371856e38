import type { RecordKind } from '@claviger/core'
import type { LedgerView } from '../ledger/ledger.ts'
import { decodeDueKey, duePrefix } from '../ledger/ledger-key.ts'

/** What is due of a kind, the earliest first. */
export function* dueEntries(view: LedgerView, kind: RecordKind) {
  for (const key of view.keys(duePrefix(kind))) yield decodeDueKey(key)
}

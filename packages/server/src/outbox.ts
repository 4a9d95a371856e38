import { type AuditLog, type EventId, isKeeperError, type Store } from '@claviger/core'
import type { AuditLogReader } from './audit/index.ts'

/** Clocks step back a little; ids are made from them. */
const SLACK_MS = 10 * 60_000

/**
 * Appends what a crash left committed in the store and not yet told in the log, each exactly once.
 *
 * @returns how many entries were missing
 */
export async function recoverOutbox(
  store: Store,
  log: AuditLog,
  reader: AuditLogReader,
  report: (error: unknown) => void,
): Promise<number> {
  const pending = await store.pendingOutbox()
  if (pending.length === 0) return 0
  const missing = new Map(pending.map(({ id, entry }) => [id as string, entry]))
  const oldest = Math.min(...pending.map(({ id }) => instantOf(id))) - SLACK_MS
  for await (const { text } of reader.entries({ order: 'newest-first' })) {
    const { id } = JSON.parse(text) as { id: string }
    missing.delete(id)
    if (missing.size === 0 || instantOf(id) < oldest) break
  }
  // In the order in which they were committed.
  for (const entry of missing.values()) {
    try {
      await log.append(entry)
    } catch (error) {
      // One entry that the log will never take must not keep the keeper sealed for ever.
      if (!(isKeeperError(error) && error.code === 'too-large')) throw error
      report(error)
    }
  }
  store.settleOutbox(pending.map(({ id }) => id))
  return missing.size
}

/** RFC 9562 §5.7: the first 48 bits of a UUIDv7 are milliseconds since the Epoch. */
function instantOf(id: EventId | string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

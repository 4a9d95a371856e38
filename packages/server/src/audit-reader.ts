import type { AuditReader, EntryFilter, EntryPage, LoggedEntry } from '@claviger/core'
import type { AuditLogReader, FileAuditLog, LogEntry } from './audit/index.ts'

/** Entries looked at for one page at most; the page then says where to go on. */
const SCAN_MAX = 200_000

/** Lets auditors read the log, with filters; what they may see is decided before. */
export function createAuditReader(log: FileAuditLog, reader: AuditLogReader): AuditReader {
  return {
    list: (filter) => list(log, reader, filter),
    entry: async (index) => {
      const entry = await reader.entry(index)
      return entry === undefined ? undefined : { index: entry.index, entry: entry.text }
    },
    receipt: (index) => reader.receipt(index),
    checkpoint: async () => Buffer.from((await log.checkpoint()).note).toString('utf8'),
  }
}

async function list(
  log: FileAuditLog,
  reader: AuditLogReader,
  filter: EntryFilter,
): Promise<EntryPage> {
  const to = Math.min(filter.before ?? log.size, log.size)
  const found: LoggedEntry[] = []
  let last = to
  for await (const entry of reader.entries({ to, order: 'newest-first' })) {
    last = entry.index
    const matched = matches(entry, filter)
    if (matched === 'older') return { entries: found }
    if (matched) found.push({ index: entry.index, entry: entry.text })
    if (found.length === filter.limit || to - last >= SCAN_MAX) break
  }
  return { entries: found, ...(last > 0 && { next: last }) }
}

interface Fields {
  readonly tenant?: unknown
  readonly at?: unknown
  readonly action?: unknown
  readonly outcome?: unknown
  readonly actor?: { readonly id?: unknown; readonly name?: unknown }
  readonly target?: { readonly id?: unknown; readonly name?: unknown }
}

/** `older` when no entry further down can match: entries are in the order of time but for clock steps. */
function matches(entry: LogEntry, filter: EntryFilter): boolean | 'older' {
  const fields = JSON.parse(entry.text) as Fields
  if (!filter.tenants.includes(String(fields.tenant))) return false
  const at = String(fields.at)
  if (filter.since !== undefined && at < filter.since) return 'older'
  if (filter.until !== undefined && at > filter.until) return false
  if (filter.action !== undefined && fields.action !== filter.action) return false
  if (filter.outcome !== undefined && fields.outcome !== filter.outcome) return false
  return is(fields.actor, filter.actor) && is(fields.target, filter.target)
}

function is(thing: Fields['actor'], wanted: string | undefined): boolean {
  return wanted === undefined || thing?.id === wanted || thing?.name === wanted
}

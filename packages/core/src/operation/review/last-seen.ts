import type { TenantId } from '../../id.ts'
import type { AuditReader } from '../../audit/reader.ts'
import { visibleTenants } from '../audit/list-entries.ts'
import { LIST_MAX } from '../key/list-keys.ts'

const ENTRIES_MAX = 100_000

/** When principals and tokens were last seen, by id, as far back as was looked. */
export interface LastSeen {
  /** RFC 3339, of each id the newest entry. */
  readonly at: ReadonlyMap<string, string>
  readonly entries: number
  /** The oldest entry that was looked at; absent when that was the first of all. */
  readonly since?: string
}

interface Told {
  readonly at?: string
  readonly actor?: { readonly id?: string; readonly token?: string }
}

/** What the log says of uses, newest first: who is not in it has not been seen since its oldest entry. */
export async function readLastSeen(reader: AuditReader, tenant: TenantId): Promise<LastSeen> {
  const seen = new Map<string, string>()
  const tenants = visibleTenants(tenant)
  let entries = 0
  let oldest = ''
  let before: number | undefined
  do {
    const page = await reader.list({
      tenants,
      limit: LIST_MAX,
      ...(before !== undefined && { before }),
    })
    for (const { entry } of page.entries) {
      const { at = '', actor = {} } = JSON.parse(entry) as Told
      oldest = at
      for (const id of [actor.id, actor.token]) {
        if (id !== undefined && !seen.has(id)) seen.set(id, at)
      }
    }
    entries += page.entries.length
    before = page.next
  } while (before !== undefined && entries < ENTRIES_MAX)
  return { at: seen, entries, ...(before !== undefined && { since: oldest }) }
}

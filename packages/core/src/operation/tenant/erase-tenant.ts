import type { TenantKeys } from '../../custody/tenant-keys.ts'
import { KeeperError } from '../../error.ts'
import { SYSTEM_TENANT, type TenantId } from '../../id.ts'
import { RECORD_KINDS } from '../../storage/record-index.ts'
import type { ListQuery, RecordKind, Store } from '../../storage/store.ts'

const PAGE = 256

type TenantEnd = Pick<TenantKeys, 'seal' | 'forget'>

/**
 * What is left to do of a tenant whose KEKs are struck from its record: every row goes, and its integrity key
 * last, which they are known by. Each step may be the last before a crash; to begin again is harmless.
 */
export async function eraseTenant(
  { store, tenants }: { readonly store: Store; readonly tenants: TenantEnd },
  id: TenantId,
): Promise<void> {
  tenants.seal(id)
  // First, and whatever becomes of the rest: without its KEKs not a row can be opened.
  await store.scrub()
  let damaged = await eraseAll(store, 'credential-home', { tenant: SYSTEM_TENANT, parent: id })
  for (const kind of RECORD_KINDS) damaged += await eraseAll(store, kind, { tenant: id })
  await store.scrub()
  if (damaged > 0) {
    throw new KeeperError(
      'integrity',
      'the keys of the tenant are destroyed; rows that do not authenticate are left of it',
      { details: { tenant: id, damaged } },
    )
  }
  const stored = await store.get('tenant', SYSTEM_TENANT, id)
  if (stored?.value.state !== 'shredding') return
  const value = { ...stored.value, state: 'shredded' as const, integrityKey: '' }
  await store.commit({
    puts: [{ kind: 'tenant', tenant: SYSTEM_TENANT, id, value, expected: stored.revision }],
  })
  tenants.forget(id)
  await store.scrub()
}

/** How many could not be removed, because they do not authenticate. */
async function eraseAll(
  store: Store,
  kind: RecordKind,
  query: Pick<ListQuery, 'tenant' | 'parent'>,
): Promise<number> {
  let damaged = 0
  let after: string | undefined
  do {
    const page = await store.list(kind, {
      ...query,
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    damaged += page.damaged.length
    const deletes = page.records.map(({ tenant, id, revision }) => {
      return { kind, tenant, id, expected: revision }
    })
    if (deletes.length > 0) await store.commit({ puts: [], deletes })
    after = page.next
  } while (after !== undefined)
  return damaged
}

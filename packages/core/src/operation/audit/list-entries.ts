import type { EntryFilter, EntryPage } from '../../audit/reader.ts'
import { DEFAULT_TENANT, SYSTEM_TENANT, type TenantId } from '../../id.ts'
import { assertLimit } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'

export type ListEntriesInput = Omit<EntryFilter, 'tenants'>

/** The tenant's own entries, newest first. */
export const listEntries: ManagementOperation<'log', ListEntriesInput, EntryPage> = {
  action: 'audit.list',
  target: () => ({ kind: 'log', ref: 'entries' }),
  run: async ({ ports, tenant }, input) => {
    assertLimit(input.limit)
    return { output: await ports.reader.list({ ...input, tenants: visibleTenants(tenant) }) }
  },
}

/** The system's own entries (seal, unseal, initialization) are shown to the tenant that operates it. */
export function visibleTenants(tenant: TenantId): readonly TenantId[] {
  return tenant === DEFAULT_TENANT ? [tenant, SYSTEM_TENANT] : [tenant]
}

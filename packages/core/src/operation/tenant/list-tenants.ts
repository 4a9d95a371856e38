import { SYSTEM_TENANT } from '../../id.ts'
import { assertLimit } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { type DescribedTenant, describeTenant } from './described-tenant.ts'

export interface ListTenantsInput {
  readonly state?: DescribedTenant['state']
  readonly after?: string
  readonly limit: number
}

export interface ListTenantsOutput {
  readonly tenants: readonly DescribedTenant[]
  readonly next?: string
  readonly damaged: readonly string[]
}

/** Every tenant but the system itself; a page may therefore be one shorter than asked for. */
export const listTenants: ManagementOperation<'tenant', ListTenantsInput, ListTenantsOutput> = {
  action: 'tenant.list',
  target: () => ({ kind: 'tenant', ref: 'all' }),
  run: async ({ ports }, { state, after, limit }) => {
    assertLimit(limit)
    const page = await ports.store.list('tenant', {
      tenant: SYSTEM_TENANT,
      limit,
      ...(state !== undefined && { facets: [`state=${state}`] }),
      ...(after !== undefined && { after }),
    })
    const tenants = page.records
      .filter(({ value }) => value.id !== SYSTEM_TENANT)
      .map(({ value, revision }) => ({ ...describeTenant(ports, value), revision }))
    const { next, damaged } = page
    return { output: { tenants, damaged, ...(next !== undefined && { next }) } }
  },
}

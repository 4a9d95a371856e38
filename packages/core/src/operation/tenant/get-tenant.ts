import type { ManagementOperation } from '../management-operation.ts'
import { type DescribedTenant, describeTenant, readTenant } from './described-tenant.ts'

export interface GetTenantInput {
  /** Id or name. */
  readonly tenant: string
}

export const getTenant: ManagementOperation<'tenant', GetTenantInput, DescribedTenant> = {
  action: 'tenant.get',
  target: ({ tenant }) => ({ kind: 'tenant', ref: tenant }),
  run: async (scope, { tenant }) => {
    const { value, revision } = await readTenant(scope, tenant)
    return { output: { ...describeTenant(scope.ports, value), revision } }
  },
}

import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, SYSTEM_TENANT } from '../../id.ts'
import type { Tenant } from '../../tenant/tenant.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { type DescribedTenant, describeTenant, readTenant } from './described-tenant.ts'
import { eraseTenant } from './erase-tenant.ts'

export interface ShredTenantInput {
  /** Id or name. */
  readonly tenant: string
  /** Its name once more: nothing brings it back. */
  readonly confirm: string
}

/**
 * Destroys a suspended tenant: its KEKs in one change, from which on nothing of it opens, and then its rows. What
 * is left is a stone with its name and id. Again, it goes on where it was interrupted.
 */
export const shredTenant: ManagementOperation<'tenant', ShredTenantInput, DescribedTenant> = {
  action: 'tenant.shred',
  target: ({ tenant }) => ({ kind: 'tenant', ref: tenant }),
  run: async (scope, { tenant, confirm }) => {
    const { ports, now } = scope
    const { value, revision } = await readTenant(scope, tenant)
    const { id, name, state } = value
    if (id === DEFAULT_TENANT) {
      throw new KeeperError('precondition-failed', 'whoever operates the keeper is in this tenant')
    }
    if (confirm !== name) {
      throw new KeeperError('invalid-input', 'confirm by the name of the tenant: it is for good')
    }
    if (state === 'active') {
      throw new KeeperError('wrong-state', 'suspend the tenant first, so that nobody is in it')
    }
    const { ownSeal: _seal, quota: _quota, ...rest } = value
    const shredding: Tenant = {
      ...rest,
      state: 'shredding',
      keks: [],
      currentKek: 0,
      shreddedAt: value.shreddedAt ?? now,
    }
    const output = describeTenant(ports, { ...shredding, state: 'shredded' })
    const details = { tenant: id, name }
    if (state === 'shredded') return { output: { ...output, revision }, details }
    const begins = state === 'suspended'
    return {
      output: { ...output, revision: revision + (begins ? 2 : 1) },
      ...(begins && {
        puts: [{ kind: 'tenant', tenant: SYSTEM_TENANT, id, value: shredding, expected: revision }],
      }),
      details,
      after: async () => {
        scope.forget(id)
        await eraseTenant(ports, id)
      },
    }
  },
}

import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, SYSTEM_TENANT, type TenantId } from '../../id.ts'
import type { Tenant, TenantQuota } from '../../tenant/tenant.ts'
import type {
  ManagementOperation,
  ManagementScope,
  TenantFigures,
} from '../management-operation.ts'
import {
  assertStands,
  type DescribedTenant,
  describeTenant,
  readTenant,
} from './described-tenant.ts'
import type { GetTenantInput } from './get-tenant.ts'

const COUNT_MAX = 1_000_000_000
/** The least that each may be: a tenant without requests could not be told why. */
const LEAST: Readonly<Required<TenantQuota>> = {
  keys: 0,
  versions: 0,
  approvals: 0,
  requestsPerSecond: 1,
}
const MEMBERS = Object.keys(LEAST) as (keyof TenantQuota)[]

export interface SetTenantQuotaInput {
  /** Id or name. */
  readonly tenant: string
  /** In the place of what there was: what is not named has no end. */
  readonly quota: TenantQuota
}

/** Bounds what a tenant may have and do. What it has already stays, whatever the bound. */
export const setTenantQuota: ManagementOperation<'tenant', SetTenantQuotaInput, DescribedTenant> = {
  action: 'tenant.set-quota',
  target: ({ tenant }) => ({ kind: 'tenant', ref: tenant }),
  run: async (scope, { tenant, quota: wanted }) => {
    const { value, revision } = await readTenant(scope, tenant)
    const { id } = value
    if (id === DEFAULT_TENANT) {
      throw new KeeperError('precondition-failed', 'whoever operates the keeper is in this tenant')
    }
    assertStands(value)
    const quota = parseQuota(wanted)
    const { quota: _former, ...rest } = value
    const changed: Tenant = { ...rest, ...(Object.keys(quota).length > 0 && { quota }) }
    return {
      output: { ...describeTenant(scope.ports, changed), revision: revision + 1 },
      puts: [{ kind: 'tenant', tenant: SYSTEM_TENANT, id, value: changed, expected: revision }],
      details: { tenant: id, ...quota },
    }
  },
}

export interface TenantUsage {
  readonly tenant: TenantId
  readonly name: string
  readonly usage: TenantFigures
  readonly quota: TenantQuota
}

/** What a tenant has and does, for those who operate the keeper: figures, and nothing of what it is. */
export const tenantUsage: ManagementOperation<'tenant', GetTenantInput, TenantUsage> = {
  action: 'tenant.get',
  target: ({ tenant }) => ({ kind: 'tenant', ref: tenant }),
  run: async (scope, { tenant }) => {
    const { value } = await readTenant(scope, tenant)
    return { output: await usageOf(scope, value) }
  },
}

/** The same for one's own tenant. */
export const ownUsage: ManagementOperation<'tenant', Record<never, never>, TenantUsage> = {
  action: 'tenant.usage',
  target: () => ({ kind: 'tenant', ref: 'usage' }),
  run: async (scope) => {
    const { value } = await readTenant(scope, scope.tenant)
    return { output: await usageOf(scope, value) }
  },
}

async function usageOf(
  { figures }: ManagementScope<'tenant'>,
  { id, name, quota = {} }: Tenant,
): Promise<TenantUsage> {
  return { tenant: id, name, usage: await figures(id), quota }
}

function parseQuota(wanted: TenantQuota): TenantQuota {
  const quota: { -readonly [Name in keyof TenantQuota]: number } = {}
  for (const name of MEMBERS) {
    const value = wanted[name]
    if (value === undefined) continue
    if (!Number.isSafeInteger(value) || value < LEAST[name] || value > COUNT_MAX) {
      throw new KeeperError(
        'invalid-input',
        `\`${name}\` is a number from ${LEAST[name]} to ${COUNT_MAX}`,
      )
    }
    quota[name] = value
  }
  return quota
}

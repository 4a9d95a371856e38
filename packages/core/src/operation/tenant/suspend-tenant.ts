import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, SYSTEM_TENANT } from '../../id.ts'
import type { Tenant } from '../../tenant/tenant.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import {
  assertStands,
  type DescribedTenant,
  describeTenant,
  readTenant,
} from './described-tenant.ts'

export interface TenantStateInput {
  /** Id or name. */
  readonly tenant: string
}

type SetTenantState = ManagementOperation<'tenant', TenantStateInput, DescribedTenant>

const target: SetTenantState['target'] = ({ tenant }) => ({ kind: 'tenant', ref: tenant })

/** Nobody of the tenant comes in any more, from before the answer on; its keys keep their dates. */
export const suspendTenant: SetTenantState = {
  action: 'tenant.suspend',
  target,
  run: (scope, { tenant }) => enterState(scope, tenant, 'suspended'),
}

/** Lets the tenant's people in again, by the credentials they had. */
export const resumeTenant: SetTenantState = {
  action: 'tenant.resume',
  target,
  run: (scope, { tenant }) => enterState(scope, tenant, 'active'),
}

async function enterState(
  scope: ManagementScope<'tenant'>,
  ref: string,
  state: 'active' | 'suspended',
): Promise<Change<DescribedTenant>> {
  const { value, revision } = await readTenant(scope, ref)
  const { id } = value
  if (id === DEFAULT_TENANT) {
    throw new KeeperError('precondition-failed', 'whoever operates the keeper is in this tenant')
  }
  assertStands(value)
  const details = { tenant: id, state }
  if (value.state === state)
    return { output: { ...describeTenant(scope.ports, value), revision }, details }
  const changed: Tenant = { ...value, state }
  return {
    output: { ...describeTenant(scope.ports, changed), revision: revision + 1 },
    puts: [{ kind: 'tenant', tenant: SYSTEM_TENANT, id, value: changed, expected: revision }],
    details,
  }
}

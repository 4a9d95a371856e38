import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, isUuid, SYSTEM_TENANT } from '../../id.ts'
import type { Stored } from '../../storage/store.ts'
import type { Tenant } from '../../tenant/tenant.ts'
import type { ManagementScope } from '../management-operation.ts'
import type { KeeperPorts } from '../ports.ts'

/** A tenant as it is shown: without its keys, wrapped as they are. */
export interface DescribedTenant
  extends Pick<Tenant, 'id' | 'name' | 'state' | 'createdAt' | 'shreddedAt'> {
  /** Of the seal that it has of its own. */
  readonly ownSeal?: 'open' | 'sealed'
  readonly revision: number
}

export function describeTenant(
  { tenants }: Pick<KeeperPorts, 'tenants'>,
  { id, name, state, ownSeal, createdAt, shreddedAt }: Tenant,
): Omit<DescribedTenant, 'revision'> {
  const status = tenants.isSealed(id) ? 'sealed' : 'open'
  return {
    id,
    name,
    state,
    ...(ownSeal !== undefined && { ownSeal: status }),
    createdAt,
    ...(shreddedAt !== undefined && { shreddedAt }),
  }
}

/** By id or name. The system itself is nobody's to see. */
export async function readTenant(
  { ports: { store } }: ManagementScope<'tenant'>,
  ref: string,
): Promise<Stored<'tenant'>> {
  const stored =
    isUuid(ref) || ref === DEFAULT_TENANT
      ? await store.get('tenant', SYSTEM_TENANT, ref)
      : await store.getByName('tenant', SYSTEM_TENANT, ref)
  if (stored === undefined || stored.value.id === SYSTEM_TENANT) {
    throw new KeeperError('not-found', `no tenant \`${ref.slice(0, 128)}\``, {
      details: { kind: 'tenant' },
    })
  }
  return stored
}

/** Nothing is done to what is left of a tenant. */
export function assertStands({ name, state }: Tenant): void {
  if (state === 'active' || state === 'suspended') return
  throw new KeeperError('wrong-state', `tenant \`${name}\` was shredded; nothing brings it back`)
}

import type { Instant } from '../clock.ts'
import type { TenantId } from '../id.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** Makes the keys that a new tenant stands on. */
export interface TenantKeys {
  /** A tenant with a fresh integrity key and KEK, both wrapped under the root. `sealed` without it. */
  createTenant(id: TenantId, name: string, at: Instant): Tenant
}

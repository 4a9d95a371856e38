import type { Instant } from '../clock.ts'
import type { TenantId } from '../id.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** Makes the keys that a new tenant stands on. */
export interface TenantKeys {
  /**
   * A tenant with a fresh integrity key and KEK, both wrapped under the root; they are open at once, since
   * its first rows are written together with it. `sealed` without the root.
   */
  createTenant(id: TenantId, name: string, at: Instant): Tenant
}

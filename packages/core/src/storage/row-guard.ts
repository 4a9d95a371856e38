import type { TenantId } from '../id.ts'

/**
 * Authenticates what the store keeps. The keys are the tenants' integrity keys, which only the unsealed
 * keeper has: a store can be copied, edited and put back, but not signed for.
 */
export interface RowGuard {
  /**
   * A MAC of 32 bytes over `message` under the integrity key of `tenant`. The same message gives the same
   * MAC for as long as the tenant lives. Throws `sealed` while the keeper is sealed, and `not-found` when
   * the tenant has no integrity key any more.
   */
  mac(tenant: TenantId, message: Uint8Array): Uint8Array
}

export const ROW_MAC_BYTES = 32

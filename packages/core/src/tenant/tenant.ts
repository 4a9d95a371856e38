import type { Instant } from '../clock.ts'
import type { TenantId } from '../id.ts'

/** One version of a tenant's key-encryption key, wrapped under the root key. Base64url. */
export interface WrappedKek {
  readonly version: number
  readonly wrapped: string
  readonly createdAt: Instant
}

/** Owns everything below it; nothing crosses tenants. */
export interface Tenant {
  readonly id: TenantId
  readonly name: string
  readonly state: 'active' | 'suspended'
  readonly keks: readonly WrappedKek[]
  readonly currentKek: number
  /** Authenticates the tenant's rows; wrapped under the root like a KEK. */
  readonly integrityKey: string
  readonly createdAt: Instant
}

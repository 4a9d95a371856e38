import type { Instant } from '../clock.ts'
import type { TenantId } from '../id.ts'

/** One version of a tenant's key-encryption key, wrapped under the root key (docs/spec/wrapped-record.md). Base64url. */
export interface WrappedKek {
  readonly version: number
  readonly wrapped: string
  readonly createdAt: Instant
}

/** How a tenant's own people open its KEKs: Argon2id (RFC 9106) of their passphrase. */
export interface OwnSeal {
  /** Grows by one with each passphrase. */
  readonly generation: number
  /** Hex. */
  readonly salt: string
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
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
  /** Its KEKs are wrapped under a key of its people's too, so that the root alone does not open them. */
  readonly ownSeal?: OwnSeal
  readonly createdAt: Instant
}

import type { Instant } from '../clock.ts'
import type { TenantId } from '../id.ts'

/** One version of a tenant's key-encryption key, wrapped under the root key (docs/spec/wrapped-record.md). Base64url. */
export interface WrappedKek {
  readonly version: number
  readonly wrapped: string
  readonly createdAt: Instant
}

/** How much a tenant may have and do; without end where nothing is said. */
export interface TenantQuota {
  /** Keys and their versions that are not destroyed. */
  readonly keys?: number
  readonly versions?: number
  /** Requests that wait for approval. */
  readonly approvals?: number
  readonly requestsPerSecond?: number
}

/** What of a tenant every session of it carries. */
export function sessionLimits({ quota }: Pick<Tenant, 'quota'>): {
  readonly requestsPerSecondMax?: number
} {
  const limit = quota?.requestsPerSecond
  return limit === undefined ? {} : { requestsPerSecondMax: limit }
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
  /** A tenant that was shredded leaves a stone: neither its name nor its id is ever another's. */
  readonly state: 'active' | 'suspended' | 'shredding' | 'shredded'
  /** None from the first step of shredding on. */
  readonly keks: readonly WrappedKek[]
  readonly currentKek: number
  /** Authenticates the tenant's rows; wrapped under the root like a KEK. Empty once there are none. */
  readonly integrityKey: string
  /** Its KEKs are wrapped under a key of its people's too, so that the root alone does not open them. */
  readonly ownSeal?: OwnSeal
  readonly quota?: TenantQuota
  readonly createdAt: Instant
  readonly shreddedAt?: Instant
}

import type { Instant } from '../clock.ts'
import type { PrincipalId, TenantId } from '../id.ts'

/** A policy set as written, with its version; the authorizer parses it. */
export interface PolicyDocument {
  readonly tenant: TenantId
  readonly name: string
  readonly text: string
  readonly updatedAt: Instant
}

/**
 * What may have been used of a key version at most. Blocks are reserved ahead, so that the hot path
 * writes nothing and a crash counts the whole block as used: never too little.
 */
export interface UsageReservation {
  readonly tenant: TenantId
  /** `<key id>/<version>` */
  readonly version: string
  readonly invocations: number
  readonly bytes: number
}

/** The answer of a creation that carried an idempotency key, so that a repeat finds it. */
export interface IdempotencyRecord {
  readonly tenant: TenantId
  readonly principal: PrincipalId
  /** SHA-256 of the request, hex: the same key with another request is a conflict. */
  readonly requestHash: string
  readonly result: { readonly kind: string; readonly id: string }
  readonly expiresAt: Instant
}

import type { Instant } from '../clock.ts'
import type { EventId, KeyId, PrincipalId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'

/** A policy set as written, with its version; the authorizer parses it. */
export interface PolicyDocument {
  readonly tenant: TenantId
  readonly name: string
  readonly text: string
  readonly updatedAt: Instant
}

/** One text of a policy, and who put it there. */
export interface PolicyVersion {
  /** From 1, and never used again for the name. */
  readonly version: number
  readonly at: Instant
  readonly by: { readonly id: PrincipalId; readonly name: string }
  /** Absent: it was taken out of force. */
  readonly text?: string
}

/** What a policy was, oldest first. Found by the policy's name, and there after the policy is gone. */
export interface PolicyHistory {
  readonly tenant: TenantId
  readonly name: string
  readonly versions: readonly PolicyVersion[]
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

/** The newest cryptographic use of a key; its id is the key's. */
export interface LastUse {
  readonly tenant: TenantId
  readonly key: KeyId
  readonly at: Instant
  readonly action: Action
  readonly version: number
  /** Id of the entry that tells of it. */
  readonly event: EventId
  readonly requestId?: string
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

import type { Instant } from '../clock.ts'
import type { KeyId, PrincipalId, TenantId } from '../id.ts'
import type { Cryptoperiod } from './cryptoperiod.ts'
import type { KeyType } from './key-type.ts'
import type { Mechanism } from './mechanism.ts'
import type { Purpose } from './purpose.ts'
import type { RotationSchedule } from './rotation-schedule.ts'
import type { KeySpec } from './spec.ts'
import type { KeyState } from './state.ts'

export type { Cryptoperiod } from './cryptoperiod.ts'

export interface UsageLimits {
  readonly invocationsMax?: number
  readonly bytesMax?: number
}

/** How the material came to be (SP 800-57 pt1 §6.2.3). */
export type KeyOrigin = 'generated' | 'imported' | 'derived' | 'agreed' | 'unwrapped'

export interface Suspension {
  readonly at: Instant
  readonly reason: string
}

/**
 * A key as people know it: a name with policy, schedule and labels. Its versions are the SP 800-57
 * objects. Plain JSON: it is stored, bound to its material and shown as it is.
 */
export interface Key {
  readonly id: KeyId
  readonly tenant: TenantId
  readonly name: string
  readonly spec: KeySpec
  readonly purpose: Purpose
  readonly keyType: KeyType
  /** The mechanisms calls may ask for; the first that suits a call is its default. */
  readonly mechanisms: readonly Mechanism[]
  readonly description: string
  readonly owner: string
  readonly labels: Readonly<Record<string, string>>
  readonly exportable: boolean
  readonly origin: KeyOrigin
  readonly cryptoperiod: Cryptoperiod
  readonly limits: UsageLimits
  /** Who keeps the material: `software`, or another custody and the place in it, `<custody>:<place>`. */
  readonly custody: string
  /** What a custody outside of the keeper calls the key that this one stands for. */
  readonly externalId?: string
  /** The version that protects; 0 before the first has been activated. */
  readonly currentVersion: number
  /** Versions are numbered 1 to this without gaps, and never reused. */
  readonly lastVersion: number
  /**
   * The state of the version that stands for the key, as of the last change: for lists and filters. What
   * counts at a moment is `effectiveState`, which also applies the dates.
   */
  readonly state: KeyState
  /** A suspended key refuses on all its versions, also those already deactivated. */
  readonly suspension?: Suspension
  /** When a scheduled destruction will happen. */
  readonly destroyAt?: Instant
  /** Absent: it is rotated by calls alone. */
  readonly rotation?: RotationSchedule
  /** The `materialUntil` of each version that has one, by version number. */
  readonly materialUntil?: Readonly<Record<string, Instant>>
  /** A version whose material has been brought and that only a rotation puts in force. */
  readonly pendingVersion?: number
  readonly createdAt: Instant
  readonly createdBy: PrincipalId
  readonly updatedAt: Instant
}

/** Material wrapped under its tenant's KEK: opaque, safe to store, useless elsewhere. Base64url. */
export type WrappedMaterial = string & { readonly wrapped: unique symbol }

export interface Transition {
  readonly at: Instant
  readonly from: KeyState | 'none'
  readonly to: KeyState
  /** Which half moved, where the two of a pair went different ways; absent when all of it did. */
  readonly half?: 'private' | 'public'
  readonly by: PrincipalId
  readonly reason: string
}

/** SP 800-57 pt1 §5.5.2: when it happened and when we learned of it are two dates. */
export interface Compromise {
  readonly occurredAt: Instant
  readonly reportedAt: Instant
  readonly reason: string
}

/** What brought a version about: the key's own birth, an import, a rotation by a call or by the schedule. */
export type VersionCause = 'created' | 'imported' | 'requested' | 'scheduled'

export interface KeyVersion {
  readonly key: KeyId
  readonly tenant: TenantId
  readonly version: number
  /** State of the secret or private half. */
  readonly state: KeyState
  /**
   * State of the public half; absent for symmetric keys. Differs from `state` only where SP 800-57 pt1
   * §7 lets a private signature or authentication key be destroyed while its public half lives on.
   */
  readonly publicState?: KeyState
  /** Bumped each time the material is wrapped anew; bound to the material. */
  readonly generation: number
  /** Absent once destroyed, for public-only imports, and while material made elsewhere is awaited. */
  readonly material?: WrappedMaterial
  /**
   * From then on the keeper does not have the material, which was made elsewhere: it was never brought, it
   * expired or was deleted. The version refuses every use until the same material is brought (again).
   */
  readonly materialUntil?: Instant
  /** Base64 of the SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), or the raw key where no SPKI is defined. */
  readonly publicKey?: string
  /** First 8 bytes, in hex, of a MAC by or a digest of the key: tells two keys apart, reveals neither. */
  readonly checkValue: string
  /** The whole MAC or digest that `checkValue` begins: the same material again has the same. Hex. */
  readonly materialId?: string
  /** Absent of versions recorded before it was kept. */
  readonly cause?: VersionCause
  readonly createdAt: Instant
  readonly activateAt?: Instant
  readonly activatedAt?: Instant
  /** End of the originator-usage period: protecting stops. */
  readonly protectUntil?: Instant
  /** End of the recipient-usage period: destruction is due. */
  readonly processUntil?: Instant
  readonly deactivatedAt?: Instant
  readonly destroyedAt?: Instant
  readonly compromise?: Compromise
  readonly history: readonly Transition[]
}

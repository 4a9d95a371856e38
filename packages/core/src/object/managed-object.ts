import type { Instant } from '../clock.ts'
import type { KeyId, ObjectId, PrincipalId, TenantId } from '../id.ts'
import type { Compromise, Suspension, Transition, WrappedMaterial } from '../key/key.ts'
import type { KeyState } from '../key/state.ts'

export type ObjectKind = 'secret-data' | 'opaque' | 'certificate'

/** What is known of a certificate from its own bytes (RFC 5280 §4.1). */
export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly fingerprint: string
  /** The key whose public half the certificate carries, where the keeper has it. */
  readonly key?: KeyId
  readonly keyVersion?: number
}

/**
 * Secret data, opaque data or a certificate: the same lifecycle, policy and log as a key, so that no
 * protocol needs a second model. Secret and opaque bytes are wrapped like key material.
 */
export interface ManagedObject {
  readonly id: ObjectId
  readonly tenant: TenantId
  readonly name: string
  readonly kind: ObjectKind
  readonly state: KeyState
  readonly description: string
  readonly owner: string
  readonly labels: Readonly<Record<string, string>>
  readonly generation: number
  /** Absent once destroyed. */
  readonly content?: WrappedMaterial
  readonly certificate?: CertificateFacts
  readonly suspension?: Suspension
  readonly activateAt?: Instant
  readonly deactivateAt?: Instant
  readonly destroyAt?: Instant
  readonly compromise?: Compromise
  readonly createdAt: Instant
  readonly createdBy: PrincipalId
  readonly updatedAt: Instant
  readonly history: readonly Transition[]
}

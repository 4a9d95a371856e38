/** RFC 3339, as the keeper writes it. */
export type Instant = string
/** Labels, encryption contexts. */
export type Pairs = Readonly<Record<string, string>>

/** SP 800-57 pt1 §7. */
export type KeyState =
  | 'pre-active'
  | 'active'
  | 'suspended'
  | 'deactivated'
  | 'compromised'
  | 'destroyed'

export type Purpose = 'encrypt' | 'sign' | 'mac' | 'wrap' | 'derive' | 'agree' | 'encapsulate'
export type Role = 'administrator' | 'officer' | 'user' | 'auditor' | 'operator' | 'approver'
export type RevocationReason =
  | 'key-compromise'
  | 'ca-compromise'
  | 'privilege-withdrawn'
  | 'affiliation-changed'
  | 'superseded'
  | 'cessation-of-operation'
  | 'unspecified'

export interface Answered {
  /** Index of the audit entry that tells of this call. */
  readonly entry: number
}

export interface UsageLimits {
  readonly invocationsMax?: number
  readonly bytesMax?: number
}

export interface Transition {
  readonly at: Instant
  readonly from: KeyState | 'none'
  readonly to: KeyState
  readonly half?: 'private' | 'public'
  /** Id of the principal. */
  readonly by: string
  readonly reason: string
}

export interface Compromise {
  readonly occurredAt: Instant
  readonly reportedAt: Instant
  readonly reason: string
}

export interface KeyVersion {
  readonly key: string
  readonly tenant: string
  readonly version: number
  readonly state: KeyState
  /** The state that counts now, dates and suspension applied. */
  readonly effectiveState: KeyState
  readonly publicState?: KeyState
  readonly generation: number
  /** Base64 of SubjectPublicKeyInfo, or of the raw key. */
  readonly publicKey?: string
  readonly checkValue: string
  /** What the check value begins, in hex. */
  readonly materialId?: string
  /** From then on its material, made elsewhere, is awaited: `importVersion` brings it. */
  readonly materialUntil?: Instant
  readonly cause?: 'created' | 'imported' | 'requested' | 'scheduled'
  readonly createdAt: Instant
  readonly activateAt?: Instant
  readonly activatedAt?: Instant
  readonly protectUntil?: Instant
  readonly processUntil?: Instant
  readonly deactivatedAt?: Instant
  readonly destroyedAt?: Instant
  readonly compromise?: Compromise
  readonly hasMaterial: boolean
  readonly destroyDue: boolean
  readonly history: readonly Transition[]
}

/** Whole days, or no end. */
export type PeriodDays = number | 'unlimited'

/** A key in a list; `state` is as of its last change. */
export interface ListedKey {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly spec: string
  readonly purpose: Purpose
  readonly keyType: string
  readonly mechanisms: readonly string[]
  readonly description: string
  readonly owner: string
  readonly labels: Pairs
  readonly exportable: boolean
  readonly origin: 'generated' | 'imported' | 'derived' | 'agreed' | 'unwrapped'
  readonly cryptoperiod: { readonly protectDays: PeriodDays; readonly processDays: PeriodDays }
  readonly limits: UsageLimits
  readonly custody: string
  /** 0 before any is active. */
  readonly currentVersion: number
  readonly lastVersion: number
  readonly state: KeyState
  readonly suspension?: { readonly at: Instant; readonly reason: string }
  readonly destroyAt?: Instant
  /** Absent: it is rotated by calls alone. */
  readonly rotation?: { readonly periodDays: number; readonly nextAt: Instant }
  /** The `materialUntil` of each version that has one, by version number. */
  readonly materialUntil?: Readonly<Record<string, Instant>>
  /** What a rotation to it puts in force. */
  readonly pendingVersion?: number
  readonly createdAt: Instant
  readonly createdBy: string
  readonly updatedAt: Instant
  readonly revision: number
}

export interface Key extends ListedKey {
  readonly version: KeyVersion
}

export interface Certificate {
  readonly subject: string
  readonly issuer: string
  readonly serial: string
  readonly notBefore: Instant
  readonly notAfter: Instant
  readonly fingerprint: string
  readonly key?: string
  readonly keyVersion?: number
}

export type ObjectKind = 'secret-data' | 'opaque' | 'certificate'

export interface ManagedObject {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly kind: ObjectKind
  readonly state: KeyState
  readonly description: string
  readonly owner: string
  readonly labels: Pairs
  readonly generation: number
  readonly certificate?: Certificate
  readonly suspension?: { readonly at: Instant; readonly reason: string }
  readonly activateAt?: Instant
  readonly deactivateAt?: Instant
  readonly destroyAt?: Instant
  readonly compromise?: Compromise
  readonly createdAt: Instant
  readonly createdBy: string
  readonly updatedAt: Instant
  readonly history: readonly Transition[]
  readonly hasContent: boolean
  readonly revision: number
}

/** A public key; its private half is nowhere near the keeper. */
export interface ApproverKey {
  /** SHA-256 of the public key, hex. */
  readonly id: string
  readonly algorithm: 'ed25519' | 'ecdsa-p256'
  /** Base64 of SubjectPublicKeyInfo. */
  readonly publicKey: string
  /** Where it is in an authenticator; the credential id is base64url. */
  readonly passkey?: { readonly credential: string }
  readonly addedAt: Instant
}

export interface Principal {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly kind: 'person' | 'workload'
  readonly roles: readonly Role[]
  readonly disabled: boolean
  /** SHA-256 fingerprints, hex. */
  readonly certificates: readonly string[]
  /** What it signs approvals by. */
  readonly approverKeys?: readonly ApproverKey[]
  readonly createdAt: Instant
  readonly revision: number
}

/** What a token may do at most; an absent list narrows nothing. */
export interface TokenScope {
  readonly actions?: readonly string[]
  /** Key names; a trailing `*` matches any rest. */
  readonly keys?: readonly string[]
}

export interface Token {
  readonly id: string
  readonly tenant: string
  readonly principal: string
  readonly principalName: string
  readonly description: string
  readonly scope: TokenScope
  readonly createdAt: Instant
  readonly expiresAt: Instant
  readonly revokedAt?: Instant
  /** Of a shared secret: what names it in signed requests (AWS's access key id). */
  readonly identifier?: string
}

export interface Whoami {
  readonly principal: string
  readonly name: string
  readonly tenant: string
  readonly roles: readonly Role[]
  readonly authentication: 'token' | 'certificate' | 'oidc'
  readonly token?: string
  readonly scope: TokenScope
  readonly expiresAt?: Instant
  /** Emergency credentials that are open, whoever opened them. */
  readonly emergencies?: readonly { readonly name: string; readonly until: Instant }[]
}

export interface Policy {
  readonly tenant: string
  readonly name: string
  /** Cedar. */
  readonly text: string
  readonly updatedAt: Instant
  readonly revision: number
}

export type Outcome = 'allowed' | 'denied' | 'failed' | 'partial'

export interface LoggedEntry {
  readonly index: number
  /** Its RFC 8785 form is byte for byte what the log holds. */
  readonly event: Readonly<Record<string, unknown>> & {
    readonly action: string
    readonly at: Instant
    readonly id: string
    readonly outcome: Outcome
  }
}

import type { ApproverKey } from '../approval/approver-key.ts'
import type { Instant } from '../clock.ts'
import type { PrincipalId, TenantId, TokenId } from '../id.ts'
import type { WrappedMaterial } from '../key/key.ts'
import type { Action } from '../policy/action.ts'
import type { Resource } from '../policy/resource.ts'

export const ROLES = [
  'administrator',
  'officer',
  'user',
  'auditor',
  'operator',
  'approver',
] as const
export type Role = (typeof ROLES)[number]

export interface Principal {
  readonly id: PrincipalId
  readonly tenant: TenantId
  readonly name: string
  readonly kind: 'person' | 'workload'
  readonly roles: readonly Role[]
  readonly disabled: boolean
  /** SHA-256 fingerprints (lower-case hex) of TLS client certificates that authenticate it. */
  readonly certificates: readonly string[]
  /** What it signs approvals by. */
  readonly approverKeys?: readonly ApproverKey[]
  /** Of an emergency credential: nobody comes in as it but by a token that its shares opened. */
  readonly emergency?: true
  readonly createdAt: Instant
}

/** What a token may do at most; absent lists narrow nothing. */
export interface TokenScope {
  readonly actions?: readonly string[]
  /** Key names; a trailing `*` matches any rest. */
  readonly keys?: readonly string[]
}

export interface Token {
  readonly id: TokenId
  readonly tenant: TenantId
  readonly principal: PrincipalId
  readonly description: string
  /** SHA-256 of a bearer secret, hex: the secret itself is shown once and stored nowhere. */
  readonly hash?: string
  /** What it is instead of a bearer secret. */
  readonly sharedSecret?: SharedSecret
  readonly scope: TokenScope
  readonly createdAt: Instant
  readonly expiresAt: Instant
  readonly revokedAt?: Instant
}

/**
 * A secret that both sides hold: whoever signs by it is the principal. Each signature is checked by the secret
 * itself, so it is kept as key material is, wrapped under the tenant's key, and opened for that alone.
 */
export interface SharedSecret {
  /** Public: says in a signed request which secret it is. Unique in its tenant. */
  readonly identifier: string
  readonly content: WrappedMaterial
  /** SHA-256, hex, of a text that must come with each request; temporary secrets have one. */
  readonly ticketHash?: string
}

/** Who says who is calling, and how they made sure of it. */
export interface Assurance {
  readonly issuer: string
  /** Authentication context class and methods, in the issuer's words (OpenID Connect Core §2). */
  readonly acr?: string
  readonly amr?: readonly string[]
}

/** Who is calling, as an authenticator established it. Frozen, cached, dropped when anything changes. */
export interface Session {
  readonly tenant: TenantId
  readonly principal: PrincipalId
  readonly name: string
  readonly roles: readonly Role[]
  readonly authentication: 'token' | 'certificate' | 'signature' | 'oidc' | 'internal' | 'anonymous'
  /** Of a session by an issuer's token. */
  readonly assurance?: Assurance
  readonly token?: TokenId
  /** SHA-256 fingerprint (lower-case hex) of the certificate it came by. */
  readonly certificate?: string
  readonly scope: TokenScope
  /** How many requests all of its tenant may make in a second. */
  readonly requestsPerSecondMax?: number
  readonly expiresAt: Instant
}

/** What the protocol knows of the call; recorded, and offered to policies as context. */
export interface RequestContext {
  readonly protocol: string
  /** Address of the peer, without the port; empty for calls from inside the process. */
  readonly peer: string
  /** The caller's own correlation id, at most 128 printable characters. */
  readonly requestId?: string
  /** When it would be made, of a call that is only asked about; absent: now. */
  readonly at?: Instant
  /** What the protocol learned of the call and the log is to tell; safe by construction. */
  readonly told?: Readonly<Record<string, string>>
  /** Why the caller does it; for those who have to approve. */
  readonly reason?: string
  /**
   * A further authorization by rules of the protocol's own. It can only narrow: it is asked once the
   * tenant's policy has allowed. Answers with the names of what allowed it, or throws `denied`.
   */
  readonly narrow?: (action: Action, resource: Resource) => readonly string[]
}

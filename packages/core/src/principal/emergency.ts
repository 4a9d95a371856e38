import type { SecretBytes } from '@claviger/bytes'
import type { Instant } from '../clock.ts'
import type { PrincipalId, TokenId } from '../id.ts'
import type { Role } from './principal.ts'

/** What shares of an emergency credential are known by; none of it opens anything. */
export interface ShareLock {
  /** Names the shares that belong together, hex. */
  readonly set: string
  /** Grows when the credential is made anew: shares of an older one are stale. */
  readonly generation: number
  readonly shares: number
  readonly threshold: number
  /** SHA-256 of each share by index from 1, hex. */
  readonly commitments: readonly string[]
  /** SHA-256 of what the shares make together, hex. */
  readonly verifier: string
}

/** Makes and tries shares; core has no cryptography. */
export interface EmergencyShares {
  make(
    shares: number,
    threshold: number,
    before: ShareLock | undefined,
  ): Promise<{ readonly shares: readonly SecretBytes[]; readonly lock: ShareLock }>
  /** Indexes of the shares. `invalid-input` names the problem of the first bad one, or that some are missing. */
  assertOpens(lock: ShareLock, shares: readonly SecretBytes[]): Promise<readonly number[]>
}

/** A way in for when there is no other: several people's shares together are a token for an hour. */
export interface EmergencyCredential {
  readonly name: string
  readonly principal: PrincipalId
  readonly roles: readonly Role[]
  readonly lock: ShareLock
  /** How long it stays open. */
  readonly seconds: number
  readonly createdAt: Instant
  /** The newest opening. */
  readonly opened?: EmergencyOpening
}

export interface EmergencyOpening {
  readonly token: TokenId
  readonly at: Instant
  readonly until: Instant
  readonly reason: string
  readonly closedAt?: Instant
}

/** Where credentials are kept among what is attached to a tenant. */
export const EMERGENCY_PREFIX = 'keeper/break-glass/'

export function emergencyPrincipalName(name: string): string {
  return `emergency/${name}`
}

export function isOpenAt({ opened }: EmergencyCredential, now: Instant): boolean {
  return opened !== undefined && opened.closedAt === undefined && now < opened.until
}

import type { SecretBytes } from '@claviger/bytes'

/** How the root key is kept while the keeper is down. `file` is for development. */
export const SEAL_KINDS = ['shamir', 'passphrase', 'file'] as const
export type SealKind = (typeof SEAL_KINDS)[number]

/** How a new seal is to be made. */
export type SealMethod =
  | { readonly kind: 'shamir'; readonly shares: number; readonly threshold: number }
  | { readonly kind: 'passphrase'; readonly passphrase: SecretBytes }
  | { readonly kind: 'file' }

/** What opens a seal: the text of one share, the passphrase, or nothing for a seal of kind `file`. */
export type SealCredential =
  | { readonly kind: 'share'; readonly share: SecretBytes }
  | { readonly kind: 'passphrase'; readonly passphrase: SecretBytes }
  | { readonly kind: 'file' }

/** What can be said of a seal without opening it. */
export interface SealFacts {
  readonly kind: SealKind
  /** Grows by one with each rekey; shares of an older one are stale. */
  readonly generation: number
  /** For `shamir` only, as are the next two: names the set that shares belong to, hex. */
  readonly set?: string
  readonly shares?: number
  readonly threshold?: number
}

export interface SealStatus {
  readonly initialized: boolean
  readonly sealed: boolean
  /** 0 before initialization. */
  readonly generation: number
  readonly kind?: SealKind
  readonly set?: string
  readonly shares?: number
  readonly threshold?: number
  /** Indexes of the shares given so far towards this unsealing. */
  readonly progress?: readonly number[]
  /** Which root key is in use; grows by one with each rotation. */
  readonly rootGeneration: number
  /** A rotation of the root was interrupted and goes on at the next unsealing. */
  readonly rotating: boolean
  /** A rekey that waits for `confirmRekey`; the seal before it is still the one in force. */
  readonly pending?: SealFacts
}

/** The answer of `initialize` and `rekey`: shares are shown this once and kept nowhere. */
export interface NewSeal {
  readonly status: SealStatus
  /** Text of each share in ASCII, by index from 1. Wiped by the caller once delivered. */
  readonly shares?: readonly SecretBytes[]
}

/** Everything that can be wrong with a share, in the order it is looked for. */
export const SHARE_PROBLEMS = [
  'mistyped',
  'foreign',
  'stale',
  'not-yet-confirmed',
  'corrupted',
  'duplicate',
] as const
export type ShareProblem = (typeof SHARE_PROBLEMS)[number]

/** What one share says of itself, and whether it is a share of the seal in force. */
export interface ShareCheck {
  readonly valid: boolean
  readonly problem?: ShareProblem
  /** These are absent when the share is mistyped: nothing it says can be believed. */
  readonly set?: string
  readonly index?: number
  readonly shares?: number
  readonly threshold?: number
  readonly generation?: number
}

/**
 * Seal → root key → tenants' KEKs → key material. A rekey changes the seal alone, a rotation of the root
 * re-wraps the tenants' keys; neither touches what lies below a KEK.
 *
 * A bad share throws `invalid-input` whose details name the `problem` and what the share says of itself;
 * a wrong passphrase throws `authentication-failed`, and too many of them `rate-limited`.
 */
export interface Seal {
  status(): SealStatus
  /** Makes the first root key and leaves the keeper unsealed. `conflict` when there is one already. */
  initialize(method: SealMethod): Promise<NewSeal>
  /**
   * One share, or the whole passphrase; harmless when already unsealed. Finishes a pending rotation.
   * @param peer whose guess it is: too many wrong passphrases slow down who made them, and nobody else
   */
  unseal(credential: SealCredential, peer?: string): Promise<SealStatus>
  /** Forgets the shares given so far. */
  resetProgress(): void
  /** Wipes the root, every KEK and all open material before it returns. */
  seal(): void
  /**
   * Replaces the seal. `authorization` is what opens the present one: a threshold of shares, the
   * passphrase, nothing for `file`. New shares take force with `confirmRekey`, so that shares that were
   * never delivered cannot lock the keeper; the other kinds take force at once.
   */
  rekey(method: SealMethod, authorization: readonly SealCredential[]): Promise<NewSeal>
  /** A threshold of the new shares proves that they arrived. */
  confirmRekey(proof: readonly SealCredential[]): Promise<SealStatus>
  cancelRekey(): Promise<SealStatus>
  /** A fresh root key, under which every tenant's keys are wrapped anew. Resumes after a crash. */
  rotateRoot(authorization: readonly SealCredential[]): Promise<SealStatus>
  /** Verifies one share without unsealing; never throws for a bad one. */
  checkShare(share: SecretBytes): ShareCheck
}

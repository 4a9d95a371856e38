import type { Socket } from 'node:net'
import type { Instant, Keeper, KeeperError, SealStatus } from '@claviger/core'
import type { Authenticator, PeerCertificate } from '../protocol.ts'

/** What the listener knows of a connection; asked once for each. */
export interface PeerFacts {
  /** Address of the peer, without the port. */
  readonly address: string
  readonly certificate?: PeerCertificate
}

/** Told of every answer. Labels are few and fixed: operation ids and problem codes. */
export interface RequestMeter {
  /** @param code `ok` or the problem's code */
  observe(operation: string, code: string, durationMs: number): void
}

/** Limits how often a peer without a credential may fail, since each failure is an entry of the log. */
export interface AttemptLimit {
  /** Throws `rate-limited` while the peer has failed too often. */
  assertOpen(peer: string): void
  count(peer: string): void
  /** Takes one back that was counted in advance. */
  forgive(peer: string): void
}

export interface LogStatus {
  readonly size: number
  readonly failure: KeeperError | undefined
}

export interface RestLimits {
  /** Largest request body: 8 MiB fits the largest single item and batches of small ones. */
  readonly bodyBytesMax: number
}

/** What this protocol needs of the world; the composition root provides it. */
export interface RestOptions {
  readonly keeper: Keeper
  readonly authenticate: Authenticator
  readonly attempts: AttemptLimit
  readonly peerOf: (socket: Socket) => PeerFacts
  readonly sealStatus: () => SealStatus
  /** Emergency credentials that are open. */
  readonly emergencies: () => readonly { readonly name: string; readonly until: Instant }[]
  readonly logStatus: () => LogStatus
  readonly meter: RequestMeter
  /** The OpenMetrics text. */
  readonly exposition: () => string
  /** Whether `/metrics` is given to whoever asks. */
  readonly metricsOpen: boolean
  /** Of the software. */
  readonly version: string
  readonly now: () => Instant
  /** Milliseconds on a clock that only goes forward. */
  readonly elapsedMs: () => number
  /** Tells the operator of an internal error and returns the id that the caller is given. */
  readonly report: (error: unknown) => string
  /** SHA-256, hex, for idempotency keys. */
  readonly hash: (text: string) => string
  readonly limits: RestLimits
}

export const BODY_BYTES_MAX_DEFAULT = 8 * 1024 * 1024

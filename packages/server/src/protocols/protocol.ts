import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MaybePromise, Session } from '@claviger/core'

/** What a listener knows of a caller before anybody has believed it. */
export interface Credentials {
  /** The bearer token of RFC 6750 §2.1, without its scheme. */
  readonly token: string | undefined
  /** SHA-256 fingerprint, lower-case hex, of the TLS client certificate the peer proved to hold. */
  readonly certificate: string | undefined
  /** Address of the peer, without the port. */
  readonly peer: string
}

/**
 * Turns credentials into a session, or throws `unauthenticated`. Synchronous whenever the session is
 * cached, so that the hot path awaits nothing here.
 */
export type Authenticator = (credentials: Credentials) => MaybePromise<Session>

/** A protocol as the composition root mounts it: it cannot be mounted without naming its authenticator. */
export interface ProtocolModule {
  readonly name: string
  readonly authenticator: Authenticator | 'anonymous'
  /** Answers one HTTP request; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Loads what the first call of each kind would otherwise wait for; safe to leave out. */
  warm?(): Promise<void>
  close(): Promise<void>
}

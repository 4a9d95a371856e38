import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Instant, MaybePromise, Session } from '@claviger/core'

/** A TLS client certificate whose key the peer proved to hold. */
export interface PeerCertificate {
  /** SHA-256 of its DER, lower-case hex. */
  readonly fingerprint: string
  readonly validTo: Instant
}

/** What a listener knows of a caller before anybody has believed it. */
export interface Credentials {
  /** The bearer token of RFC 6750 §2.1, without its scheme. */
  readonly token: string | undefined
  readonly certificate: PeerCertificate | undefined
  /** Address of the peer, without the port. */
  readonly peer: string
}

/**
 * Turns credentials into a session, or throws `unauthenticated`. Synchronous whenever the session is
 * cached, so that the hot path awaits nothing here.
 */
export type Authenticator = (credentials: Credentials) => MaybePromise<Session>

/** What a signature is of. */
export interface SignedRequest {
  readonly method: string
  /** As it is on the wire: path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
}

/** Who signed a request. The same object while session and region are the same. */
export interface SignedCaller {
  readonly session: Session
  readonly accessKeyId: string
  /** The region that the request is signed for. */
  readonly region: string
}

/**
 * Turns a signed request into a session. Throws a SigV4Error for what is wrong with the signature, and
 * `unauthenticated`, `rate-limited` or `sealed` for whose it is. Synchronous whenever the session is cached.
 */
export type SignatureAuthenticator = (
  request: SignedRequest,
  peer: string,
) => MaybePromise<SignedCaller>

/** A protocol as the composition root mounts it: it cannot be mounted without naming its authenticator. */
export interface ProtocolModule {
  readonly name: string
  readonly authenticator: Authenticator | SignatureAuthenticator | 'anonymous'
  /** Answers one HTTP request; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Loads what the first call of each kind would otherwise wait for; safe to leave out. */
  warm?(): Promise<void>
  close(): Promise<void>
}

import type { ChangeObserver, Clock, Instant, Session, Store, TenantId } from '@claviger/core'

export interface AuthenticatorOptions {
  readonly store: Store
  readonly clock: Clock
  /** Where credentials are looked for, in this order. */
  readonly tenants: readonly TenantId[]
  /** Runs before a session of the tenant comes into being: loads its policies (`PolicyFeed.ensure`). */
  readonly prepare?: (tenant: TenantId) => void | Promise<void>
  readonly sessionsMax?: number
  /** Failures a peer may make at once, and how long until it may make one more. */
  readonly failuresMax?: number
  readonly failureSeconds?: number
  readonly peersMax?: number
}

/** Turns credentials into sessions. Ask for every request: a session is good only while it is current. */
export class Authenticator {
  constructor(options: AuthenticatorOptions) {
    void options
  }

  /** @param peer address without the port, for the limit on failures; empty for calls from inside */
  bySecret(_secret: string, _peer = ''): Session | Promise<Session> {
    throw new Error('being written')
  }

  /** @param fingerprint SHA-256 of the DER, lower-case hex, of a certificate whose chain TLS has verified */
  byCertificate(_fingerprint: string, _validTo: Instant, _peer = ''): Session | Promise<Session> {
    throw new Error('being written')
  }

  /** False once anything the session rests on has changed. */
  isCurrent(_session: Session): boolean {
    return false
  }

  /** Drops what a change of a token, principal or tenant ends, before the call that made it is answered. */
  readonly observe: ChangeObserver = () => {}

  /** Drops every session, on sealing. */
  clear(): void {}
}

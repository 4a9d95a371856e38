import { SecretBytes } from '@claviger/bytes'
import {
  type ChangeObserver,
  type Clock,
  type Instant,
  type FailedLogin,
  type MaybePromise,
  type Principal,
  type PrincipalId,
  type Session,
  type Store,
  SYSTEM_TENANT,
  type TenantId,
  type Token,
  type TokenId,
} from '@claviger/core'
import { FailureLimit } from './failure-limit.ts'
import { isJwt, type JwtVerifier } from './oidc/jwt-verifier.ts'
import { expired, isFailure, refusalOf, refusedLogin } from './refused-login.ts'
import { type Proof, sessionOf } from './session-of.ts'
import { SessionTable } from './session-table.ts'
import { hashTicket, isIdentifier } from './shared-secret-text.ts'
import { assertTokenText, hashToken, TOKEN_LENGTH, unauthenticated } from './token-text.ts'

export interface AuthenticatorOptions {
  readonly store: Store
  readonly clock: Clock
  /** Where credentials of any kind are looked for first, in this order; tokens, then, where their homes say. */
  readonly tenants: readonly TenantId[]
  /** Runs before a session of the tenant comes into being: loads its policies (`PolicyFeed.ensure`). */
  readonly prepare?: (tenant: TenantId) => void | Promise<void>
  /** Opens what `bySharedSecret` gives (`Keeper.openSharedSecret`); without it there are no such logins. */
  readonly openSharedSecret?: (token: Token) => Uint8Array
  /** Verifies tokens of OpenID Connect; without it there are no such logins. */
  readonly jwts?: JwtVerifier
  /** Told of every refused login: `FailedLogins` of the keeper. */
  readonly onFailure?: (login: FailedLogin) => void
  readonly sessionsMax?: number
  /** Failures a peer may make at once, and how long until it may make one more. */
  readonly failuresMax?: number
  readonly failureSeconds?: number
  readonly peersMax?: number
}

/** Who a request says it is of, and the secret that has to show it. */
export interface SharedSecretLogin {
  readonly session: Session
  /** Wiped as soon as the session has ended: use it at once, and do not keep it. */
  readonly secret: SecretBytes
  /** Whether the text is the one that must come with each request; of lasting secrets, that none came. */
  isTicket(text: string | undefined): boolean
}

const SESSIONS_MAX = 50_000
const FAILURES_MAX = 20
const FAILURE_SECONDS = 3
const PEERS_MAX = 10_000

const FINGERPRINT = /^[0-9a-f]{64}$/

/**
 * Turns credentials into sessions. Ask for every request, also on a connection that lives long: a session
 * is good only while it is current. The same credential gives the same frozen object until a change of
 * its token, principal or tenant drops it.
 */
export class Authenticator {
  readonly #store: Store
  readonly #clock: Clock
  readonly #tenants: readonly TenantId[]
  readonly #prepare: (tenant: TenantId) => void | Promise<void>
  readonly #sessions: SessionTable
  readonly #failures: FailureLimit
  readonly #openSharedSecret: (token: Token) => Uint8Array
  readonly #jwts: JwtVerifier | undefined
  readonly #onFailure: (login: FailedLogin) => void
  readonly #logins = new WeakMap<Session, SharedSecretLogin>()
  /** Lookups under way, so that a credential has one session however many ask at once. */
  readonly #pending = new Map<string, Promise<Session>>()
  /** Grows with every drop: a lookup that began before a drop must not be kept after it. */
  #epoch = 0

  constructor(options: AuthenticatorOptions) {
    this.#store = options.store
    this.#clock = options.clock
    this.#tenants = options.tenants
    this.#prepare = options.prepare ?? (() => {})
    this.#openSharedSecret = options.openSharedSecret ?? (() => fail())
    this.#jwts = options.jwts
    this.#onFailure = options.onFailure ?? (() => {})
    this.#sessions = new SessionTable(options.sessionsMax ?? SESSIONS_MAX, (session) =>
      this.#logins.get(session)?.secret.wipe(),
    )
    this.#failures = new FailureLimit({
      clock: options.clock,
      failuresMax: options.failuresMax ?? FAILURES_MAX,
      failureSeconds: options.failureSeconds ?? FAILURE_SECONDS,
      peersMax: options.peersMax ?? PEERS_MAX,
    })
  }

  /**
   * The session of a bearer token: at once when it is known, `unauthenticated` (whatever the reason) or
   * `rate-limited` otherwise. Errors of the store come as they are.
   * @param peer address without the port, for the limit on failures; empty for calls from inside
   */
  bySecret(secret: string, peer = ''): Session | Promise<Session> {
    if (secret.length === TOKEN_LENGTH) {
      const hash = hashToken(secret)
      const known = this.#known(hash)
      if (known !== undefined) return known
      this.#failures.assertOpen(peer)
      return this.#counted(peer, 'token', () => {
        assertTokenText(secret)
        return this.#lookUp(hash, () => this.#readToken(hash))
      })
    }
    if (this.#jwts !== undefined && isJwt(secret)) return this.#byJwt(this.#jwts, secret, peer)
    this.#failures.assertOpen(peer)
    return this.#counted(peer, 'token', () => Promise.reject(unauthenticated()))
  }

  /** Verified once: until it ends, or its principal changes, the same text is the same session. */
  #byJwt(jwts: JwtVerifier, jwt: string, peer: string): MaybePromise<Session> {
    const credential = `jwt ${hashToken(jwt)}`
    const known = this.#known(credential)
    if (known !== undefined) return known
    this.#failures.assertOpen(peer)
    return this.#counted(peer, 'oidc', () =>
      this.#lookUp(credential, () => this.#readJwt(jwts, jwt)),
    )
  }

  /**
   * The session of a TLS client certificate.
   * @param fingerprint SHA-256 of the DER, lower-case hex, of a certificate whose chain TLS has verified
   * @param validTo when the certificate expires, and the session with it
   */
  byCertificate(fingerprint: string, validTo: Instant, peer = ''): Session | Promise<Session> {
    const credential = certificateCredential(fingerprint)
    const known = this.#known(credential)
    if (known !== undefined) return known
    this.#failures.assertOpen(peer)
    return this.#counted(peer, 'certificate', () => {
      if (!FINGERPRINT.test(fingerprint) || !(validTo > this.#clock.now())) throw unauthenticated()
      return this.#lookUp(credential, () => this.#readCertificate(fingerprint, validTo))
    })
  }

  /**
   * What a signed request is to be checked by. The identifier proves nothing: the session is the caller's once
   * the signature is verified; count the failure (`countFailure`) where it is not.
   */
  bySharedSecret(identifier: string, peer = ''): MaybePromise<SharedSecretLogin> {
    const credential = `shared-secret ${identifier}`
    const known = this.#known(credential)
    if (known !== undefined) return this.#loginOf(known)
    this.#failures.assertOpen(peer)
    return this.#counted(peer, 'signature', async () => {
      if (!isIdentifier(identifier)) throw unauthenticated()
      return this.#lookUp(credential, () => this.#readSharedSecret(identifier))
    }).then((session) => this.#loginOf(session))
  }

  /** `rate-limited` while the peer has failed too often, whatever it failed at. */
  assertOpen(peer: string): void {
    this.#failures.assertOpen(peer)
  }

  /** Counts a failure of a peer that gave no credential of ours: a wrong share, say. */
  countFailure(peer: string): void {
    this.#failures.count(peer)
  }

  /** Counts and tells of a signature that was not by the secret of `session`. */
  refuseSignature(peer: string, { principal: id, name, tenant, token }: Session): void {
    this.#failures.count(peer)
    const reason = 'wrong-signature'
    this.#onFailure({
      peer,
      how: 'signature',
      reason,
      owner: { id, name, tenant },
      ...(token !== undefined && { token: { id: token } }),
    })
  }

  /** Takes back what `countFailure` counted in advance. */
  forgiveFailure(peer: string): void {
    this.#failures.forgive(peer)
  }

  /** False once anything the session rests on has changed, or it has expired. */
  isCurrent(session: Session): boolean {
    return this.#sessions.has(session) && session.expiresAt > this.#clock.now()
  }

  /** Drops what a change of a token, principal or tenant ends, before the call that made it is answered. */
  readonly observe: ChangeObserver = (kind, _tenant, id, value) => {
    if (kind === 'token') this.#sessions.dropToken(id as TokenId)
    else if (kind === 'principal') this.#dropPrincipal(id, value as Principal | undefined)
    else if (kind === 'tenant') this.#sessions.dropTenant(id as TenantId)
    else return
    this.#epoch++
  }

  /** Drops every session, or those of one tenant, on sealing. */
  clear(tenant?: TenantId): void {
    this.#epoch++
    if (tenant === undefined) this.#sessions.clear()
    else this.#sessions.dropTenant(tenant)
  }

  #known(credential: string): Session | undefined {
    const session = this.#sessions.get(credential)
    if (session === undefined) return undefined
    if (session.expiresAt > this.#clock.now()) return session
    this.#sessions.drop(credential)
    return undefined
  }

  /** Its certificates too: each may now belong to it, or to two principals, and then to none. */
  #dropPrincipal(id: string, principal: Principal | undefined): void {
    this.#sessions.dropPrincipal(id as PrincipalId)
    for (const fingerprint of principal?.certificates ?? []) {
      this.#sessions.drop(certificateCredential(fingerprint))
    }
  }

  async #counted(
    peer: string,
    how: FailedLogin['how'],
    attempt: () => Promise<Session>,
  ): Promise<Session> {
    try {
      return await attempt()
    } catch (error) {
      if (isFailure(error)) {
        this.#failures.count(peer)
        this.#onFailure({ peer, how, ...refusalOf(error) })
      }
      throw error
    }
  }

  #lookUp(credential: string, read: () => Promise<Session>): Promise<Session> {
    const pending = this.#pending.get(credential)
    if (pending !== undefined) return pending
    const lookUp = this.#readCurrent(credential, read)
    this.#pending.set(credential, lookUp)
    lookUp.catch(() => void this.#pending.delete(credential))
    return lookUp
  }

  /** INVARIANT: nothing read before a drop is returned or kept after it. */
  async #readCurrent(credential: string, read: () => Promise<Session>): Promise<Session> {
    for (;;) {
      const epoch = this.#epoch
      const session = await read()
      if (epoch !== this.#epoch) {
        this.#logins.get(session)?.secret.wipe()
        continue
      }
      this.#sessions.add(credential, session)
      // At once, not when the promise settles: a drop may come between.
      this.#pending.delete(credential)
      return session
    }
  }

  /** Where a token may be: in the tenants that are looked through, or where its home says that it is. */
  async *#placesOf(credential: string): AsyncGenerator<TenantId> {
    yield* this.#tenants
    const home = await this.#store.getByName('credential-home', SYSTEM_TENANT, credential)
    if (home !== undefined) yield home.value.tenant
  }

  async #readToken(hash: string): Promise<Session> {
    for await (const tenant of this.#placesOf(hash)) {
      const stored = await this.#store.getByName('token', tenant, hash)
      if (stored === undefined) continue
      const token = stored.value
      const owner = await this.#store.get('principal', tenant, token.principal)
      if (token.hash !== hash) break
      if (token.revokedAt !== undefined)
        throw refusedLogin('revoked', { owner: owner?.value, token })
      return await this.#establish(owner?.value, token.expiresAt, { token })
    }
    throw unauthenticated()
  }

  async #readSharedSecret(identifier: string): Promise<Session> {
    for await (const tenant of this.#placesOf(identifier)) {
      const stored = await this.#store.getByName('token', tenant, identifier)
      if (stored === undefined) continue
      const token = stored.value
      const { sharedSecret } = token
      const owner = await this.#store.get('principal', tenant, token.principal)
      if (sharedSecret?.identifier !== identifier) break
      const whose = { owner: owner?.value, token }
      if (token.revokedAt !== undefined) throw refusedLogin('revoked', whose)
      // The identifier is public, and so is the end of a temporary secret: it stands beside it.
      if (!(token.expiresAt > this.#clock.now())) throw expired(whose)
      const session = await this.#establish(owner?.value, token.expiresAt, { token })
      this.#logins.set(session, {
        session,
        secret: new SecretBytes(this.#openSharedSecret(token)),
        isTicket: (text) =>
          text === undefined
            ? sharedSecret.ticketHash === undefined
            : sharedSecret.ticketHash === hashTicket(text),
      })
      return session
    }
    throw unauthenticated()
  }

  #loginOf(session: Session): SharedSecretLogin {
    const login = this.#logins.get(session)
    if (login === undefined || login.secret.isWiped) throw unauthenticated()
    return login
  }

  async #readCertificate(fingerprint: string, validTo: Instant): Promise<Session> {
    for (const tenant of this.#tenants) {
      const facets = [`certificate=${fingerprint}`]
      const { records } = await this.#store.list('principal', { tenant, facets, limit: 2 })
      if (records.length === 0) continue
      // Two principals with one certificate: nobody could tell which of them is calling.
      if (records.length > 1) break
      return await this.#establish(records[0]?.value, validTo, { certificate: fingerprint })
    }
    throw unauthenticated()
  }

  async #readJwt(jwts: JwtVerifier, jwt: string): Promise<Session> {
    const login = await jwts.verify(jwt)
    for (const tenant of this.#tenants) {
      const stored = await this.#store.getByName('principal', tenant, login.name)
      if (stored === undefined) continue
      return await this.#establish(stored.value, login.expiresAt, { login })
    }
    throw unauthenticated()
  }

  async #establish(
    principal: Principal | undefined,
    expiresAt: Instant,
    proof: Proof = {},
  ): Promise<Session> {
    const whose = { owner: principal, token: proof.token }
    if (principal === undefined) throw refusedLogin('unknown', whose)
    if (principal.disabled) throw refusedLogin('disabled', whose)
    if (!(expiresAt > this.#clock.now())) throw refusedLogin('expired', whose)
    if (principal.emergency === true && proof.token === undefined) throw refusedLogin('unknown')
    const { tenant } = principal
    const owner = await this.#store.get('tenant', SYSTEM_TENANT, tenant)
    if (owner?.value.state !== 'active') throw refusedLogin('tenant-not-active', whose)
    await this.#prepare(tenant)
    return sessionOf(principal, owner.value, expiresAt, proof)
  }
}

function fail(): never {
  throw new Error('nothing opens shared secrets')
}

/** No token's hash: these are 64 characters without a space. */
function certificateCredential(fingerprint: string): string {
  return `certificate ${fingerprint}`
}

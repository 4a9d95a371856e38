import type { PrincipalId, Session, TenantId, TokenId } from '@claviger/core'

interface Entry {
  readonly session: Session
  /** The token's hash, `certificate <fingerprint>`, `shared-secret <identifier>` or `jwt <hash>`. */
  readonly credential: string
  /** Used since the table last looked for one to leave. */
  used: boolean
}

/** The sessions in force: one object for each credential until it is dropped. Bounded. */
export class SessionTable {
  readonly #sessionsMax: number
  readonly #byCredential = new Map<string, Entry>()
  readonly #byPrincipal = new Map<PrincipalId, Set<Entry>>()
  readonly #byToken = new Map<TokenId, Entry>()
  readonly #dropped: (session: Session) => void
  #current = new WeakSet<Session>()
  /**
   * Sessions that left only for room, since something last ended: no credential finds them any more, and the
   * calls that have them go on. What then ends cannot be told from them, so they end with it.
   */
  #evicted = new WeakSet<Session>()

  /** @param dropped told of every session that is no longer in force */
  constructor(sessionsMax: number, dropped: (session: Session) => void = () => {}) {
    this.#sessionsMax = Math.max(1, sessionsMax)
    this.#dropped = dropped
  }

  get size(): number {
    return this.#byCredential.size
  }

  get(credential: string): Session | undefined {
    const entry = this.#byCredential.get(credential)
    if (entry === undefined) return undefined
    entry.used = true
    return entry.session
  }

  has(session: Session): boolean {
    return this.#current.has(session) || this.#evicted.has(session)
  }

  add(credential: string, session: Session): void {
    this.drop(credential)
    while (this.#byCredential.size >= this.#sessionsMax) this.#evict()
    const entry: Entry = { session, credential, used: false }
    this.#byCredential.set(credential, entry)
    this.#current.add(session)
    if (session.token !== undefined) this.#byToken.set(session.token, entry)
    const others = this.#byPrincipal.get(session.principal)
    if (others === undefined) this.#byPrincipal.set(session.principal, new Set([entry]))
    else others.add(entry)
  }

  drop(credential: string): void {
    this.#remove(this.#byCredential.get(credential))
  }

  dropToken(token: TokenId): void {
    this.#evicted = new WeakSet()
    this.#remove(this.#byToken.get(token))
  }

  dropPrincipal(principal: PrincipalId): void {
    this.#evicted = new WeakSet()
    for (const entry of this.#byPrincipal.get(principal) ?? []) this.#remove(entry)
  }

  dropTenant(tenant: TenantId): void {
    this.#evicted = new WeakSet()
    for (const entry of this.#byCredential.values()) {
      if (entry.session.tenant === tenant) this.#remove(entry)
    }
  }

  clear(): void {
    for (const { session } of this.#byCredential.values()) this.#dropped(session)
    this.#byCredential.clear()
    this.#byPrincipal.clear()
    this.#byToken.clear()
    this.#current = new WeakSet()
    this.#evicted = new WeakSet()
  }

  #remove(entry: Entry | undefined): void {
    if (entry === undefined) return
    const { session, credential } = entry
    this.#byCredential.delete(credential)
    this.#current.delete(session)
    if (session.token !== undefined) this.#byToken.delete(session.token)
    const others = this.#byPrincipal.get(session.principal)
    others?.delete(entry)
    if (others?.size === 0) this.#byPrincipal.delete(session.principal)
    this.#dropped(session)
  }

  /** The oldest that was not used since it was last looked at; each look gives one more round. */
  #evict(): void {
    for (const [credential, entry] of this.#byCredential) {
      if (!entry.used) {
        this.#remove(entry)
        this.#evicted.add(entry.session)
        return
      }
      entry.used = false
      this.#byCredential.delete(credential)
      this.#byCredential.set(credential, entry)
    }
  }
}

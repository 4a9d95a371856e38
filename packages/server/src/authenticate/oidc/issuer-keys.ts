import { type Clock, type Instant, KeeperError } from '@claviger/core'
import type { JWK, JWTHeaderParameters, JWTVerifyGetKey } from 'jose'

export interface IssuerKeysOptions {
  readonly issuer: string
  /** Found by discovery when absent. */
  readonly jwksUri?: string
  /** What is at a URL, as JSON; throws whatever kept it from being had. */
  readonly fetchJson: (url: string) => Promise<unknown>
  readonly clock: Clock
  /** How long keys are used that could not be asked for again. */
  readonly keysAgeMsMax: number
  /** Tells the operator why the keys could not be had. */
  readonly report: (error: unknown) => void
}

/** Asked for again after this time, or when a token names a key that is not among them. */
const REFRESH_MS = 600_000
/** At most one attempt in this time, whatever tokens come. */
const RETRY_MS = 10_000
const KEYS_MAX = 100

interface Known {
  readonly keys: JWTVerifyGetKey
  readonly at: Instant
}

/** The public keys of one issuer: kept, followed when they change, and used for a while when it is down. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions
  #known: Known | undefined
  #attemptedAt = Number.NEGATIVE_INFINITY
  #pending: Promise<void> | undefined

  constructor(options: IssuerKeysOptions) {
    this.#options = options
  }

  /** The key that a token is to be verified by; what `jose` throws where there is none. */
  async find(header: JWTHeaderParameters): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    const known = await this.#current()
    const { errors } = await import('jose')
    const token = { payload: '', signature: '' }
    try {
      return await known.keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayAttempt()) throw error
      await this.#refresh()
      return (await this.#current()).keys(header, token)
    }
  }

  /** Keys that may be used now: as the issuer has them, or as it last had them while it does not answer. */
  async #current(): Promise<Known> {
    if (this.#isUsable() && !this.#isOlderThan(REFRESH_MS)) return this.#known as Known
    if (this.#mayAttempt()) await this.#refresh()
    if (this.#known !== undefined && this.#isUsable()) return this.#known
    throw new KeeperError(
      'unauthenticated',
      `the keys of ${this.#options.issuer} cannot be had; try again, or ask the operator`,
      { details: { reason: 'issuer-unreachable', issuer: this.#options.issuer } },
    )
  }

  #isUsable(): boolean {
    return this.#known !== undefined && !this.#isOlderThan(this.#options.keysAgeMsMax)
  }

  #isOlderThan(ageMs: number): boolean {
    return this.#known === undefined || this.#options.clock.now() - this.#known.at >= ageMs
  }

  #mayAttempt(): boolean {
    if (this.#pending !== undefined) return true
    const sinceMs = this.#options.clock.now() - this.#attemptedAt
    // A clock that was set back keeps nobody waiting.
    return sinceMs >= RETRY_MS || sinceMs < 0
  }

  /** One attempt at a time, for all that wait; never rejects. */
  #refresh(): Promise<void> {
    this.#pending ??= this.#fetch().finally(() => (this.#pending = undefined))
    return this.#pending
  }

  async #fetch(): Promise<void> {
    const { fetchJson, clock, report } = this.#options
    this.#attemptedAt = clock.now()
    try {
      const keys = publicKeys(await fetchJson(await this.#jwksUri()))
      const { createLocalJWKSet } = await import('jose')
      this.#known = { keys: createLocalJWKSet({ keys }), at: clock.now() }
    } catch (error) {
      report(error)
    }
  }

  /** OpenID Connect Discovery 1.0 §4. */
  async #jwksUri(): Promise<string> {
    const { issuer, jwksUri, fetchJson } = this.#options
    if (jwksUri !== undefined) return jwksUri
    const base = issuer.endsWith('/') ? issuer.slice(0, -1) : issuer
    const found = await fetchJson(`${base}/.well-known/openid-configuration`)
    const { issuer: said, jwks_uri: uri } = isObject(found) ? found : {}
    if (said !== issuer) throw new Error(`${issuer} says that it is another issuer`)
    if (typeof uri !== 'string' || !URL.canParse(uri) || new URL(uri).protocol !== 'https:') {
      throw new Error(`${issuer} names no HTTPS URL of its keys`)
    }
    return uri
  }
}

/** Of a JWK Set (RFC 7517 §5): nothing that is secret, and nothing that both sides would hold. */
function publicKeys(found: unknown): JWK[] {
  const keys = isObject(found) ? found['keys'] : undefined
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) {
    throw new Error(`the issuer's keys must be a JWK Set of at most ${KEYS_MAX}`)
  }
  return keys.filter(
    (key): key is JWK =>
      isObject(key) && typeof key['kty'] === 'string' && key['kty'] !== 'oct' && !('d' in key),
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { BytesError, decodeBase64url, decodeUtf8 } from '@claviger/bytes'
import { type Clock, isKeeperError, KeeperError } from '@claviger/core'
import { unauthenticated } from '../token-text.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { type ClaimRules, type JwtLogin, loginOf } from './jwt-claims.ts'

/** An issuer whose tokens let in. */
export interface TrustedIssuer extends ClaimRules {
  readonly issuer: string
  readonly audiences: readonly string[]
  /** Of RFC 7518 and RFC 8037; never `none`, and none that both sides hold the key of. */
  readonly algorithms: readonly string[]
  readonly keys: IssuerKeys
}

const JWT_LENGTH_MAX = 8_192
/** Three parts of base64url without padding (RFC 7515 §7.1). */
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Whether it is for this verifier at all; anything longer is no credential of ours either. */
export function isJwt(text: string): boolean {
  return text.length <= JWT_LENGTH_MAX && COMPACT.test(text)
}

/** Verifies JSON Web Tokens (RFC 7519) of the issuers that are trusted, after RFC 8725. */
export class JwtVerifier {
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>
  readonly #clock: Clock

  constructor(issuers: readonly TrustedIssuer[], clock: Clock) {
    this.#issuers = new Map(issuers.map((one) => [one.issuer, one]))
    this.#clock = clock
  }

  /** Who it lets in; `unauthenticated` for any other, with a reason once its signature has been verified. */
  async verify(jwt: string): Promise<JwtLogin> {
    const trusted = this.#issuers.get(claimedIssuer(jwt) ?? '')
    if (trusted === undefined) throw unauthenticated()
    const { errors, jwtVerify } = await import('jose')
    try {
      const { payload } = await jwtVerify(jwt, (header) => trusted.keys.find(header), {
        issuer: trusted.issuer,
        audience: [...trusted.audiences],
        algorithms: [...trusted.algorithms],
        requiredClaims: ['exp', 'iat'],
        clockTolerance: trusted.clockToleranceMs / 1_000,
        maxTokenAge: trusted.ageMsMax / 1_000,
        currentDate: new Date(this.#clock.now()),
      })
      const login = loginOf(trusted, payload)
      if (login !== undefined) return login
    } catch (error) {
      if (isKeeperError(error)) throw error
      if (error instanceof errors.JWTExpired) throw refusal('expired')
      if (error instanceof errors.JWTClaimValidationFailed) throw refusal(reasonOf(error.claim))
      // All that is left says that it is no token of the issuer's; the caller is not told why.
      throw unauthenticated()
    }
    throw refusal('claims')
  }
}

/**
 * Who it says has issued it, which proves nothing. Every part must be the one text of its bytes: spare bits that
 * a lenient decoder drops would make several tokens of one (RFC 4648 §3.5).
 */
function claimedIssuer(jwt: string): string | undefined {
  if (!isJwt(jwt)) return undefined
  try {
    const [, payload = new Uint8Array()] = jwt.split('.').map(decodeBase64url)
    const claims: unknown = JSON.parse(decodeUtf8(payload))
    if (typeof claims !== 'object' || claims === null || !Object.hasOwn(claims, 'iss'))
      return undefined
    const { iss } = claims as { readonly iss: unknown }
    return typeof iss === 'string' ? iss : undefined
  } catch (error) {
    if (error instanceof BytesError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function reasonOf(claim: string): string {
  if (claim === 'aud') return 'audience'
  return claim === 'nbf' || claim === 'iat' ? 'not-yet-valid' : 'claims'
}

/** Whoever holds a genuine token may read in it what is wrong with it. */
function refusal(reason: string): KeeperError {
  return new KeeperError('unauthenticated', 'the token is not accepted; ask for a new one', {
    details: reason === 'expired' ? { reason, expired: true } : { reason },
  })
}

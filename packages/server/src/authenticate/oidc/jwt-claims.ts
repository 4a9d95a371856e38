import { type Instant, isName, type Role } from '@claviger/core'

/** What an issuer's claims mean here. */
export interface ClaimRules {
  readonly principalClaim: string
  /** Before the claim's value, it makes the principal's name; this or `principals`. */
  readonly prefix?: string
  readonly principals?: ReadonlyMap<string, string>
  /** Claims that must have one of these values. */
  readonly require: ReadonlyMap<string, readonly string[]>
  readonly rolesClaim?: string
  readonly roles?: ReadonlyMap<string, Role>
  readonly clockToleranceMs: number
  readonly ageMsMax: number
}

/** Verified claims, as a session needs them. */
export interface JwtLogin {
  /** Of the principal. */
  readonly name: string
  /** What it has at most, beside what the principal has; absent: no less. */
  readonly roles?: readonly Role[]
  readonly expiresAt: Instant
  readonly issuer: string
  /** How the person was authenticated, as the issuer says (OpenID Connect Core §2). */
  readonly acr?: string
  readonly amr?: readonly string[]
}

export type Claims = Readonly<Record<string, unknown>>

const VALUES_MAX = 256
/** Of `amr`; RFC 8176 has 21 methods, of 3 to 5 letters. */
const METHODS_MAX = 8
const METHOD_LENGTH_MAX = 64
const SECOND_MS = 1_000

/** What a token that is genuine and in time lets in as; undefined where its claims are not what is asked for. */
export function loginOf(rules: ClaimRules, claims: Claims): JwtLogin | undefined {
  const { iss: issuer, exp, iat } = claims
  if (typeof issuer !== 'string' || typeof exp !== 'number' || typeof iat !== 'number')
    return undefined
  for (const [claim, accepted] of rules.require) {
    if (!valuesOf(claims, claim).some((value) => accepted.includes(value))) return undefined
  }
  const name = nameOf(rules, claims)
  if (name === undefined) return undefined
  const end = Math.min(exp * SECOND_MS, iat * SECOND_MS + rules.ageMsMax)
  const { acr } = claims
  const amr = valuesOf(claims, 'amr').slice(0, METHODS_MAX)
  return {
    name,
    ...rolesOf(rules, claims),
    expiresAt: end + rules.clockToleranceMs,
    issuer,
    ...(typeof acr === 'string' && { acr }),
    ...(amr.length > 0 && { amr: amr.map((method) => method.slice(0, METHOD_LENGTH_MAX)) }),
  }
}

function nameOf(
  { principalClaim, prefix, principals }: ClaimRules,
  claims: Claims,
): string | undefined {
  const value = Object.hasOwn(claims, principalClaim) ? claims[principalClaim] : undefined
  if (typeof value !== 'string' || value === '') return undefined
  if (principals !== undefined) return principals.get(value)
  const name = `${prefix ?? ''}${value}`
  return isName(name) ? name : undefined
}

function rolesOf(
  { rolesClaim, roles }: ClaimRules,
  claims: Claims,
): { readonly roles?: readonly Role[] } {
  if (rolesClaim === undefined || roles === undefined) return {}
  const had = valuesOf(claims, rolesClaim).flatMap((value) => roles.get(value) ?? [])
  return { roles: [...new Set(had)] }
}

/** A text, or a list of texts. */
function valuesOf(claims: Claims, claim: string): readonly string[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  const values = Array.isArray(value) ? value.slice(0, VALUES_MAX) : [value]
  return values.filter((one) => typeof one === 'string')
}

import {
  type Assurance,
  type Instant,
  type Principal,
  rolesInForce,
  type Session,
  sessionLimits,
  type Tenant,
  type Token,
  type TokenScope,
} from '@claviger/core'
import type { JwtLogin } from './oidc/jwt-claims.ts'

/** What showed who it is. */
export interface Proof {
  readonly certificate?: string
  readonly token?: Token
  readonly login?: JwtLogin
}

/** The session of a principal that has shown who it is. */
export function sessionOf(
  principal: Principal,
  tenant: Tenant,
  expiresAt: Instant,
  proof: Proof,
): Session {
  const { token, login, certificate } = proof
  return Object.freeze({
    tenant: principal.tenant,
    principal: principal.id,
    name: principal.name,
    roles: Object.freeze(
      rolesInForce(principal.roles).filter((role) => login?.roles?.includes(role) ?? true),
    ),
    authentication: authenticationBy(proof),
    ...(login !== undefined && { assurance: assuranceOf(login) }),
    ...(token !== undefined && { token: token.id }),
    ...(certificate !== undefined && { certificate }),
    scope: frozenScope(token?.scope ?? {}),
    ...sessionLimits(tenant),
    expiresAt,
  })
}

function authenticationBy({ token, login }: Proof): Session['authentication'] {
  if (login !== undefined) return 'oidc'
  if (token === undefined) return 'certificate'
  return token.sharedSecret === undefined ? 'token' : 'signature'
}

function assuranceOf({ issuer, acr, amr }: JwtLogin): Assurance {
  return Object.freeze({
    issuer,
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr: Object.freeze([...amr]) }),
  })
}

/** Caches hang on a session as it was: nothing of it may be changed afterwards. */
function frozenScope({ actions, keys }: TokenScope): TokenScope {
  return Object.freeze({
    ...(actions !== undefined && { actions: Object.freeze([...actions]) }),
    ...(keys !== undefined && { keys: Object.freeze([...keys]) }),
  })
}

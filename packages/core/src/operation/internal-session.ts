import type { PrincipalId, TenantId } from '../id.ts'
import type { RequestContext, Session } from '../principal/principal.ts'

const internal = new WeakSet<Session>()

/**
 * A session for what the keeper does of itself: dated transitions, its first initialization. Recognized
 * by identity, so that no protocol can make one by filling in the fields.
 */
export function internalSession(tenant: TenantId, name: string): Session {
  const session: Session = Object.freeze({
    tenant,
    principal: `internal:${name}` as PrincipalId,
    name,
    roles: [],
    authentication: 'internal',
    scope: {},
    expiresAt: Number.POSITIVE_INFINITY,
  })
  internal.add(session)
  return session
}

export function isInternal(session: Session): boolean {
  return internal.has(session)
}

export const INTERNAL_REQUEST: RequestContext = Object.freeze({ protocol: 'internal', peer: '' })

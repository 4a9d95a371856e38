import type { Instant } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import { isUuid, type TokenId } from '../../id.ts'
import { type Action, isAction } from '../../policy/action.ts'
import type { Authorizer, Resource } from '../../policy/authorizer.ts'
import { rolesInForce } from '../../principal/duties.ts'
import type { Principal, RequestContext, Session, Token } from '../../principal/principal.ts'
import type { Store } from '../../storage/store.ts'
import type { KeyCache } from '../key-cache.ts'
import type { KeeperPorts } from '../ports.ts'
import { resourceOf } from '../subject.ts'

export const ASKED_AUTHENTICATIONS = ['token', 'certificate', 'signature', 'oidc'] as const
export type AskedAuthentication = (typeof ASKED_AUTHENTICATIONS)[number]

/** How the call that is asked about would come in. */
export interface AskedCall {
  readonly authentication?: AskedAuthentication
  readonly protocol?: string
  /** Its address; absent: none, as for a call from inside. */
  readonly peer?: string
  /** When; absent: now. */
  readonly at?: Instant
}

export function parseAction(text: string): Action {
  if (isAction(text)) return text
  throw new KeeperError('invalid-input', `there is no action \`${text.slice(0, 64)}\``)
}

export function requestOf({ protocol = 'rest', peer = '', at }: AskedCall): RequestContext {
  return { protocol, peer, ...(at !== undefined && { at }) }
}

/** The session a principal would have, narrowed by a token when one is named. */
export function sessionOf(
  principal: Principal,
  authentication: AskedAuthentication = 'token',
  token?: Token,
  certificate = principal.certificates[0],
): Session {
  const { id, tenant, name, roles } = principal
  const isByCertificate = authentication === 'certificate' && certificate !== undefined
  return Object.freeze({
    tenant,
    principal: id,
    name,
    roles: rolesInForce(roles),
    authentication: token?.sharedSecret === undefined ? authentication : 'signature',
    ...(token !== undefined && { token: token.id satisfies TokenId }),
    ...(isByCertificate && { certificate }),
    scope: token?.scope ?? {},
    expiresAt: Number.MAX_SAFE_INTEGER,
  })
}

/** By id or name. */
export async function principalAsked(
  store: Store,
  tenant: TenantId,
  ref: string,
): Promise<Principal> {
  const found = isUuid(ref)
    ? await store.get('principal', tenant, ref)
    : await store.getByName('principal', tenant, ref)
  if (found !== undefined) return found.value
  throw new KeeperError('not-found', `there is no principal \`${ref.slice(0, 128)}\``)
}

/** What would make the thing that is asked about: there need be none yet. */
const MAKES = /\.(?:create|import|put)$/

/** The thing that an action would be done to, as policies see it. */
export async function resourceAsked(
  { store, policies }: KeeperPorts,
  keys: KeyCache,
  tenant: TenantId,
  action: Action,
  ref: string | undefined,
): Promise<Resource> {
  const kind = policies.kindOf(action)
  if (kind === undefined) {
    throw new KeeperError('invalid-input', `no policy can speak of \`${action}\``)
  }
  if (kind === 'tenant' || kind === 'log' || kind === 'seal') {
    return resourceOf({ kind, ref: ref ?? '' }, undefined, tenant)
  }
  if (ref === undefined) {
    throw new KeeperError('invalid-input', `say which ${kind} \`${action}\` would be done to`)
  }
  const found =
    kind === 'key'
      ? await keys.read(tenant, ref)
      : isUuid(ref)
        ? await store.get(kind, tenant, ref)
        : await store.getByName(kind, tenant, ref)
  if (found === undefined && !MAKES.test(action)) {
    throw new KeeperError('not-found', `there is no ${kind} \`${ref.slice(0, 128)}\``)
  }
  return resourceOf({ kind, ref, attributes: {} }, found as never, tenant)
}

/** What a principal may do by the tenant's policies; whether it may come in is another question. */
export interface Asked {
  readonly authorizer: Authorizer
  readonly action: Action
  readonly resource: Resource
  readonly request: RequestContext
}

import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import {
  type Action,
  type Instant,
  KEY_SPEC_NAMES,
  type KeySpec,
  type RequestContext,
  type Resource,
  type Session,
  specFacts,
} from '@claviger/core'
import type { CedarRequest } from './cedar-engine.ts'
import { ENTITY_TYPES, groupsOf } from './schema.ts'

/** The question as Cedar reads it. It fits the schema by construction, which the tests hold against Cedar. */
export function cedarRequest(
  session: Session,
  action: Action,
  resource: Resource,
  request: RequestContext,
): CedarRequest {
  const principal = { type: 'Principal', id: session.principal }
  const target = { type: ENTITY_TYPES[resource.kind], id: resource.id }
  const uid = { type: 'Action', id: action }
  const entities: EntityJson[] = [
    { uid: principal, attrs: { name: session.name }, parents: parents('Role', session.roles) },
    { uid, attrs: {}, parents: parents('Action', groupsOf(action)) },
  ]
  // Whoever asks about itself is in the request once, with its roles.
  const isSelf = target.type === 'Principal' && target.id === principal.id
  if (!isSelf) entities.push(resourceEntity(target, resource))
  return {
    principal,
    action: uid,
    resource: target,
    context: contextOf(session, request),
    entities,
  }
}

function parents(type: string, ids: readonly string[]): TypeAndId[] {
  return ids.map((id) => ({ type, id }))
}

function resourceEntity(uid: TypeAndId, { kind, name, attributes }: Resource): EntityJson {
  const text = (attribute: string, absent = ''): string => {
    const value = attributes[attribute]
    return typeof value === 'string' ? value : absent
  }
  const tags = typeof attributes['labels'] === 'object' ? attributes['labels'] : {}
  switch (kind) {
    case 'key': {
      const [spec, purpose, owner] = [text('spec'), text('purpose'), text('owner')]
      const family = familyOf(spec)
      const attrs = { name, spec, family, purpose, state: text('state', 'none'), owner }
      return { uid, attrs, parents: [], tags }
    }
    case 'object': {
      const attrs = { name, kind: text('kind'), state: text('state', 'none'), owner: text('owner') }
      return { uid, attrs, parents: [], tags }
    }
    case 'token':
      return { uid, attrs: { name, principal: text('principal') }, parents: [] }
    case 'approval': {
      const attrs = { name, action: text('action'), requester: text('requester') }
      return { uid, attrs, parents: [] }
    }
    case 'group':
    case 'quorum':
    case 'tenant':
    case 'principal':
    case 'policy':
    case 'log':
    case 'seal':
      return { uid, attrs: { name }, parents: [] }
  }
}

/** Of a key that is not there yet, what it is may be unknown. */
function familyOf(spec: string): string {
  const isKnown = (KEY_SPEC_NAMES as readonly string[]).includes(spec)
  return isKnown ? specFacts(spec as KeySpec).family : ''
}

function contextOf(
  { authentication, certificate = '', assurance }: Session,
  { protocol, peer, at }: RequestContext,
): CedarRequest['context'] {
  const { issuer = '', acr = '', amr = [] } = assurance ?? {}
  const caller = { protocol, authentication, certificate, issuer, acr, amr: [...amr] }
  const context = { ...caller, ...timeOf(at) }
  if (peer === '') return context
  return { ...context, peer: { __extn: { fn: 'ip', arg: plainAddress(peer) } } }
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** In UTC. The decision cache gives the time to every question whose policies look at it, and to no other. */
function timeOf(at: Instant | undefined) {
  if (at === undefined) return { hour: 0, minute: 0, weekday: '' }
  const date = new Date(at)
  const weekday = WEEKDAYS[date.getUTCDay()] ?? ''
  return { hour: date.getUTCHours(), minute: date.getUTCMinutes(), weekday }
}

/** Without a zone, and IPv4 as such, so that `10.0.0.0/8` means the same whatever socket it came through. */
function plainAddress(peer: string): string {
  const zone = peer.indexOf('%')
  const address = zone < 0 ? peer : peer.slice(0, zone)
  return /^::ffff:(?=[0-9.]+$)/i.test(address) ? address.slice('::ffff:'.length) : address
}

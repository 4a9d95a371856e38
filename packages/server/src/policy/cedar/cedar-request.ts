import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import type { Action, RequestContext, Resource, Session } from '@claviger/core'
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
      const attrs = { name, spec, purpose, state: text('state', 'none'), owner }
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

function contextOf(
  { authentication }: Session,
  { protocol, peer }: RequestContext,
): CedarRequest['context'] {
  if (peer === '') return { protocol, authentication }
  return { protocol, authentication, peer: { __extn: { fn: 'ip', arg: plainAddress(peer) } } }
}

/** Without a zone, and IPv4 as such, so that `10.0.0.0/8` means the same whatever socket it came through. */
function plainAddress(peer: string): string {
  const zone = peer.indexOf('%')
  const address = zone < 0 ? peer : peer.slice(0, zone)
  return /^::ffff:(?=[0-9.]+$)/i.test(address) ? address.slice('::ffff:'.length) : address
}

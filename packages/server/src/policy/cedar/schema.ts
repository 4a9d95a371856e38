import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs'
import { ACTIONS, type Action, type Resource, ROLES } from '@claviger/core'

/** Cedar's name of each kind of resource. */
export const ENTITY_TYPES = {
  key: 'Key',
  object: 'Object',
  tenant: 'Tenant',
  principal: 'Principal',
  token: 'Token',
  policy: 'Policy',
  group: 'Group',
  quorum: 'Quorum',
  approval: 'Approval',
  log: 'Log',
  seal: 'Seal',
} as const satisfies Record<Resource['kind'], string>

export type EntityType = (typeof ENTITY_TYPES)[Resource['kind']]

/** What one may be trusted with, and another not: the groups that the built-in roles are made of. */
export const DUTIES = [
  'use',
  'manage',
  'read',
  'administer',
  'audit',
  'seal',
  'tenants',
  'backup',
  'ask',
  'approve',
] as const
export type Duty = (typeof DUTIES)[number]

interface ActionFacts {
  readonly on: EntityType
  readonly duty?: Duty
}

/** What the keeper does of itself or before anybody is known: no policy can speak of these. */
export const RESERVED_ACTIONS = [
  'key.apply-schedule',
  'object.apply-schedule',
  'session.authenticate',
  'backup.restore',
  'approval.request',
  'break-glass.open',
] as const satisfies readonly Action[]

export type PolicyAction = Exclude<Action, (typeof RESERVED_ACTIONS)[number]>

const use = { on: 'Key', duty: 'use' } as const
const manageKey = { on: 'Key', duty: 'manage' } as const
const manageObject = { on: 'Object', duty: 'manage' } as const
const seal = { on: 'Seal', duty: 'seal' } as const
const tenants = { on: 'Tenant', duty: 'tenants' } as const

/** Every action that a policy may name, with what it is done to and whose duty it is. */
export const ACTION_FACTS: Readonly<Record<PolicyAction, ActionFacts>> = {
  'key.create': manageKey,
  'key.import': manageKey,
  'key.delete-material': manageKey,
  'key.get': { on: 'Key', duty: 'read' },
  'key.list': { on: 'Tenant', duty: 'read' },
  'key.update': manageKey,
  'key.activate': manageKey,
  'key.rotate': manageKey,
  'key.suspend': manageKey,
  'key.resume': manageKey,
  'key.deactivate': manageKey,
  'key.revoke': manageKey,
  'key.destroy': manageKey,
  'key.cancel-destroy': manageKey,
  'key.history': { on: 'Key', duty: 'read' },
  'key.public-key': { on: 'Key' },
  'key.export': manageKey,
  'key.attach': manageKey,
  'key.detach': { on: 'Key' },
  'key.encrypt': use,
  'key.decrypt': use,
  'key.re-encrypt-from': use,
  'key.re-encrypt-to': use,
  'key.sign': use,
  'key.verify': use,
  'key.mac': use,
  'key.verify-mac': use,
  'key.wrap': use,
  'key.unwrap': use,
  'key.generate-data-key': use,
  'key.generate-data-key-pair': use,
  'key.derive': use,
  'key.agree': use,
  'key.encapsulate': use,
  'key.decapsulate': use,
  random: { on: 'Tenant', duty: 'use' },
  'object.create': manageObject,
  'object.get': { on: 'Object', duty: 'read' },
  'object.list': { on: 'Tenant', duty: 'read' },
  'object.update': manageObject,
  'object.read': { on: 'Object', duty: 'use' },
  'object.activate': manageObject,
  'object.suspend': manageObject,
  'object.resume': manageObject,
  'object.deactivate': manageObject,
  'object.revoke': manageObject,
  'object.destroy': manageObject,
  'tenant.attach': { on: 'Tenant', duty: 'manage' },
  'tenant.create': tenants,
  'tenant.get': tenants,
  'tenant.list': tenants,
  'tenant.suspend': tenants,
  'tenant.resume': tenants,
  'tenant.set-quota': tenants,
  'tenant.shred': tenants,
  'tenant.usage': { on: 'Tenant', duty: 'administer' },
  'tenant.protect': { on: 'Seal', duty: 'administer' },
  'tenant.seal': { on: 'Seal', duty: 'administer' },
  'tenant.unseal': { on: 'Seal', duty: 'administer' },
  'principal.create': { on: 'Principal', duty: 'administer' },
  'principal.get': { on: 'Principal', duty: 'administer' },
  'principal.list': { on: 'Tenant', duty: 'administer' },
  'principal.update': { on: 'Principal', duty: 'administer' },
  'principal.attach': { on: 'Principal', duty: 'administer' },
  'principal.enroll': { on: 'Principal', duty: 'administer' },
  'token.create': { on: 'Principal', duty: 'administer' },
  'token.list': { on: 'Principal', duty: 'administer' },
  'token.revoke': { on: 'Token', duty: 'administer' },
  'policy.get': { on: 'Policy', duty: 'administer' },
  'policy.list': { on: 'Tenant', duty: 'administer' },
  'policy.put': { on: 'Policy', duty: 'administer' },
  'policy.delete': { on: 'Policy', duty: 'administer' },
  'policy.check': { on: 'Tenant', duty: 'administer' },
  'policy.explain': { on: 'Tenant', duty: 'administer' },
  'group.create': { on: 'Group', duty: 'administer' },
  'group.get': { on: 'Group', duty: 'administer' },
  'group.list': { on: 'Tenant', duty: 'administer' },
  'group.update': { on: 'Group', duty: 'administer' },
  'group.delete': { on: 'Group', duty: 'administer' },
  'quorum.create': { on: 'Quorum', duty: 'administer' },
  'quorum.get': { on: 'Quorum', duty: 'administer' },
  'quorum.list': { on: 'Tenant', duty: 'administer' },
  'quorum.update': { on: 'Quorum', duty: 'administer' },
  'quorum.delete': { on: 'Quorum', duty: 'administer' },
  'duties.report': { on: 'Tenant', duty: 'administer' },
  'duties.review': { on: 'Tenant', duty: 'audit' },
  'break-glass.create': { on: 'Principal', duty: 'administer' },
  'break-glass.close': { on: 'Principal', duty: 'administer' },
  'break-glass.list': { on: 'Tenant', duty: 'read' },
  'approval.get': { on: 'Approval', duty: 'ask' },
  'approval.list': { on: 'Tenant', duty: 'ask' },
  'approval.approve': { on: 'Approval', duty: 'approve' },
  'approval.deny': { on: 'Approval', duty: 'approve' },
  'approval.cancel': { on: 'Approval', duty: 'ask' },
  'audit.list': { on: 'Log', duty: 'audit' },
  'audit.receipt': { on: 'Log', duty: 'audit' },
  'audit.checkpoint': { on: 'Log', duty: 'audit' },
  'backup.create': { on: 'Tenant', duty: 'backup' },
  'backup.tombstones': { on: 'Tenant', duty: 'backup' },
  'seal.initialize': seal,
  'seal.unseal': seal,
  'seal.seal': seal,
  'seal.rekey': seal,
  'seal.rotate-root': seal,
  'seal.check-share': seal,
}

/** Reads the table, so that an action added to core without a row fails here and in the role table. */
export function actionFacts(action: Action): ActionFacts | undefined {
  return (ACTION_FACTS as Readonly<Partial<Record<Action, ActionFacts>>>)[action]
}

const KINDS = Object.fromEntries(
  Object.entries(ENTITY_TYPES).map(([kind, type]) => [type, kind]),
) as Readonly<Record<EntityType, Resource['kind']>>

/** What an action is done to; undefined for what no policy can speak of. */
export function kindOf(action: Action): Resource['kind'] | undefined {
  const facts = actionFacts(action)
  return facts === undefined ? undefined : KINDS[facts.on]
}

/** The groups an action is in: its duty, and its family (`key.*`), which token scopes speak of too. */
export function groupsOf(action: Action): readonly string[] {
  const duty = actionFacts(action)?.duty
  const dot = action.indexOf('.')
  return [...(duty === undefined ? [] : [duty]), ...(dot < 0 ? [] : [`${action.slice(0, dot)}.*`])]
}

/** The actions that an `Action::"name"` in a policy's scope covers: itself, or a group's members. */
export function actionsIn(name: string): readonly Action[] {
  return ACTIONS.filter((action) => action === name || groupsOf(action).includes(name))
}

const string = { type: 'String' } as const
const long = { type: 'Long' } as const
const strings = (...names: readonly string[]) => ({
  type: 'Record' as const,
  attributes: Object.fromEntries(names.map((name) => [name, string])),
})

/**
 * What policies may speak of. Every attribute is required and has an empty value where there is none, so
 * that no policy fails for want of one; labels are tags, since their names are the tenant's own.
 */
export const SCHEMA: SchemaJson<string> = {
  '': {
    entityTypes: {
      Role: { enum: [...ROLES] },
      Principal: { memberOfTypes: ['Role'], shape: strings('name') },
      Key: { shape: strings('name', 'spec', 'family', 'purpose', 'state', 'owner'), tags: string },
      Object: { shape: strings('name', 'kind', 'state', 'owner'), tags: string },
      Tenant: { shape: strings('name') },
      Token: { shape: strings('name', 'principal') },
      Policy: { shape: strings('name') },
      Group: { shape: strings('name') },
      Quorum: { shape: strings('name') },
      Approval: { shape: strings('name', 'action', 'requester') },
      Log: { shape: strings('name') },
      Seal: { shape: strings('name') },
    },
    actions: Object.fromEntries([...groupEntries(), ...actionEntries()]),
  },
}

function groupEntries(): [string, Record<never, never>][] {
  const groups = new Set(ACTIONS.flatMap((action) => (actionFacts(action) ? groupsOf(action) : [])))
  return [...groups].map((group) => [group, {}])
}

function actionEntries() {
  const context = {
    type: 'Record' as const,
    attributes: {
      protocol: string,
      authentication: string,
      certificate: string,
      issuer: string,
      acr: string,
      amr: { type: 'Set' as const, element: string },
      hour: long,
      minute: long,
      weekday: string,
      // Absent for calls from inside the process and from sockets that have no address.
      peer: { type: 'Extension' as const, name: 'ipaddr', required: false },
    },
  }
  return Object.entries(ACTION_FACTS).map(([action, { on }]) => [
    action,
    {
      memberOf: groupsOf(action as PolicyAction).map((id) => ({ id })),
      appliesTo: { principalTypes: ['Principal'], resourceTypes: [on], context },
    },
  ]) as [string, Record<never, never>][]
}

import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { type Action, type Resource, type Role, ROLES, type Session } from '@claviger/core'
import { BUILT_IN_POLICIES } from './built-in-policies.ts'
import { type CedarEngine, messageOf } from './cedar-engine.ts'
import { assertBounded } from './policy-bounds.ts'
import { resourceFilter } from './resource-filter.ts'
import { actionsIn } from './schema.ts'

/** What a policy's conditions look at, beyond who asks, for what action, on what kind of thing. */
export interface Reads {
  readonly resource: boolean
  readonly protocol: boolean
  readonly peer: boolean
  /** The hour, the minute or the weekday. */
  readonly time: boolean
}

/** One policy, with what can be told of it without evaluating it. */
export interface ParsedPolicy {
  readonly text: string
  readonly reads: Reads
  /** Whether its scope can cover the action; Cedar has the last word. */
  covers(action: Action): boolean
  /** Whether its scope can cover the caller. */
  concerns(session: Session): boolean
  /** Whether it can have a say on the resource. */
  mayMatch(resource: Resource): boolean
}

/** A policy under the name by which a decision tells of it. */
export interface NamedPolicy extends ParsedPolicy {
  /** `role:<role>`, the name of its document, or `<document>#<number>` when that has several. */
  readonly id: string
}

/** Splits a document's text into its policies; throws when it does not parse. */
export function parseText(engine: CedarEngine, text: string): readonly ParsedPolicy[] {
  assertBounded(text)
  const answer = engine.call((cedar) => cedar.policySetTextToParts(text))
  if (answer.type === 'failure') throw new Error(messageOf(answer.errors))
  if (answer.policy_templates.length > 0) throw new Error('it contains a template')
  return inOrder(answer.policies).map((one) => parsePolicy(engine, one))
}

/**
 * Names what was parsed after its document. Never kept with the text: another document may have the same
 * one, or have had it, and Cedar takes one policy for each name.
 */
export function namePolicies(
  document: string,
  policies: readonly ParsedPolicy[],
): readonly NamedPolicy[] {
  return policies.map((policy, index) => ({
    ...policy,
    id: policies.length === 1 ? document : `${document}#${index + 1}`,
  }))
}

/** The policies of the five roles. */
export function parseBuiltInPolicies(engine: CedarEngine): Readonly<Record<Role, NamedPolicy>> {
  const parsed = ROLES.map((role) => {
    const policy = parsePolicy(engine, BUILT_IN_POLICIES[role])
    return [role, { ...policy, id: `role:${role}` }]
  })
  return Object.fromEntries(parsed) as Record<Role, NamedPolicy>
}

/** Cedar names the policies of a text `policy0`, `policy1`, … and answers sorted by name, as text. */
function inOrder(parts: readonly string[]): readonly string[] {
  const names = parts.map((_, index) => `policy${index}`).sort()
  const ordered: string[] = []
  for (const [index, name] of names.entries()) {
    ordered[Number(name.slice('policy'.length))] = parts[index] as string
  }
  return ordered
}

function parsePolicy(engine: CedarEngine, text: string): ParsedPolicy {
  const answer = engine.call((cedar) => cedar.policyToJson(text))
  if (answer.type === 'failure') throw new Error(messageOf(answer.errors))
  const { json } = answer
  const actions = coveredActions(json)
  return {
    text,
    reads: readsOf(json),
    covers: (action) => actions === undefined || actions.has(action),
    concerns: (session) => mayConcern(json, session),
    mayMatch: resourceFilter(json),
  }
}

function coveredActions({ action }: PolicyJson): ReadonlySet<Action> | undefined {
  if (action.op === 'All' || 'slot' in action) return undefined
  const entities = 'entities' in action ? action.entities : [action.entity]
  return new Set(entities.flatMap((entity) => actionsIn(uidOf(entity).id)))
}

/** False only when Cedar would certainly find the scope unmet. */
function mayConcern({ principal }: PolicyJson, { principal: id, roles }: Session): boolean {
  if (principal.op === 'All' || principal.op === 'is' || 'slot' in principal) return true
  const named = uidOf(principal.entity)
  if (named.type === 'Role') return principal.op === 'in' && roles.includes(named.id as Role)
  return named.id === id
}

function uidOf(uid: { type: string; id: string } | { __entity: { type: string; id: string } }) {
  return '__entity' in uid ? uid.__entity : uid
}

/** The session's own, and it never changes. */
const OF_SESSION: ReadonlySet<string> = new Set([
  'authentication',
  'certificate',
  'issuer',
  'acr',
  'amr',
])
const TIMES: ReadonlySet<string> = new Set(['hour', 'minute', 'weekday'])

/** Errs on the side of reading more: then a decision is kept for less. */
function readsOf({ resource, conditions }: PolicyJson): Reads {
  const reads = { resource: false, protocol: false, peer: false, time: false }
  reads.resource = resource.op !== 'All' && (resource.op !== 'is' || resource.in !== undefined)
  collectReads(conditions, reads)
  return reads
}

function collectReads(node: unknown, reads: { -readonly [Part in keyof Reads]: boolean }): void {
  if (typeof node !== 'object' || node === null) return
  for (const [name, value] of Object.entries(node)) {
    if (name === 'Var') {
      if (value === 'resource') reads.resource = true
      else if (value === 'context') reads.protocol = reads.peer = reads.time = true
    }
    // A thing written out is known to Cedar only when it is the one that is asked about.
    if (name === '__entity' && isThing(value)) reads.resource = true
    const attribute = name === '.' || name === 'has' ? contextAttribute(value) : undefined
    if (attribute === 'protocol') reads.protocol = true
    else if (attribute === 'peer') reads.peer = true
    else if (attribute !== undefined && TIMES.has(attribute)) reads.time = true
    else if (attribute === undefined || !OF_SESSION.has(attribute)) collectReads(value, reads)
  }
}

function isThing(entity: unknown): boolean {
  const { type } = entity as { type?: unknown }
  return type !== 'Role' && type !== 'Action'
}

/** `x` of `context.x` and `context has x`. */
function contextAttribute(access: unknown): string | undefined {
  const { left, attr } = access as { left?: { Var?: unknown }; attr?: unknown }
  return left?.Var === 'context' && typeof attr === 'string' ? attr : undefined
}

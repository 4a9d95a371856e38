import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { GroupId, QuorumRuleId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { Resource } from '../policy/resource.ts'

/** Which actions, on what, need whose approval. */
export interface QuorumRule {
  readonly id: QuorumRuleId
  readonly tenant: TenantId
  readonly name: string
  readonly actions: readonly GuardableAction[]
  /** Names of keys and objects, a trailing `*` for any rest; the rule then guards nothing else. */
  readonly names?: readonly string[]
  /** Labels that a key or object must all have; the rule then guards nothing else. */
  readonly labels?: Readonly<Record<string, string>>
  /** K of the group's members, none of them the requester. */
  readonly approvals: number
  readonly group: GroupId
  /** Whether two approvals may not come from one team. */
  readonly distinctTeams: boolean
  /** Whether the requester must say why. */
  readonly reason: boolean
  /** How long approvals are gathered, in milliseconds. */
  readonly gatherMs: number
  /** How long after the last approval it may be executed, in milliseconds. */
  readonly executeMs: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/**
 * What a rule may name. Left out: what sessions of nobody do, what an emergency must not wait for (revoking,
 * suspending and disabling), approving itself, and the seal, which asks for its own shares.
 */
export const GUARDABLE_ACTIONS = [
  'key.create',
  'key.import',
  'key.delete-material',
  'key.update',
  'key.activate',
  'key.rotate',
  'key.resume',
  'key.destroy',
  'key.cancel-destroy',
  'key.export',
  'key.attach',
  'key.decrypt',
  'key.re-encrypt-from',
  'key.sign',
  'key.mac',
  'key.wrap',
  'key.unwrap',
  'key.derive',
  'key.agree',
  'key.decapsulate',
  'object.update',
  'object.read',
  'object.resume',
  'object.destroy',
  'principal.create',
  'principal.update',
  'principal.enroll',
  'token.create',
  'tenant.shred',
  'break-glass.create',
  'policy.put',
  'policy.delete',
  'group.create',
  'group.update',
  'group.delete',
  'quorum.create',
  'quorum.update',
  'quorum.delete',
] as const satisfies readonly Action[]

export type GuardableAction = (typeof GUARDABLE_ACTIONS)[number]

export const APPROVALS_MAX = 16
export const GATHER_MS_MAX = 90 * 86_400_000
export const EXECUTE_MS_MAX = 30 * 86_400_000
const SELECTORS_MAX = 64

export function isGuardable(action: string): action is GuardableAction {
  return (GUARDABLE_ACTIONS as readonly string[]).includes(action)
}

export function parseGuardedActions(actions: readonly string[]): readonly GuardableAction[] {
  if (actions.length === 0) throw new KeeperError('invalid-input', 'a quorum names an action')
  for (const action of actions) {
    if (isGuardable(action)) continue
    throw new KeeperError('invalid-input', `\`${action.slice(0, 64)}\` cannot need a quorum`, {
      details: { known: GUARDABLE_ACTIONS },
    })
  }
  return [...new Set(actions as readonly GuardableAction[])]
}

export function parseGuardedNames(names: readonly string[]): readonly string[] {
  if (names.length === 0 || names.length > SELECTORS_MAX) {
    throw new KeeperError('invalid-input', `a quorum has 1 to ${SELECTORS_MAX} names, or no list`)
  }
  for (const name of names) {
    if (/^[a-z0-9._/-]{0,128}\*?$/.test(name) && name !== '') continue
    throw new KeeperError('invalid-input', 'a name ends with `*` at most, and has it nowhere else')
  }
  return [...new Set(names)]
}

/** A whole number within bounds. */
export function parseBounded(value: number, what: string, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new KeeperError('invalid-input', `${what} is a whole number from ${min} to ${max}`)
}

/** Whether a rule is about this thing, whatever is done to it. */
export function selects(
  rule: Pick<QuorumRule, 'names' | 'labels'>,
  { kind, name, attributes }: Resource,
): boolean {
  const { names, labels } = rule
  if (names === undefined && labels === undefined) return true
  if (kind !== 'key' && kind !== 'object') return false
  if (names !== undefined && !names.some((pattern) => isNamed(pattern, name))) return false
  const has = attributes['labels']
  return Object.entries(labels ?? {}).every(
    ([label, value]) =>
      typeof has === 'object' && Object.hasOwn(has, label) && has[label] === value,
  )
}

function isNamed(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name
}

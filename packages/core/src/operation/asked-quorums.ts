import type { AskedQuorum } from '../approval/approval.ts'
import { memberOf } from '../approval/group.ts'
import { selects } from '../approval/quorum-rule.ts'
import type { Action } from '../policy/action.ts'
import type { Resource } from '../policy/resource.ts'
import type { Stored } from '../storage/store.ts'
import type { Guards } from './guard-cache.ts'

/**
 * The quorums that a call needs: those that name it, and those that it would loosen. A rule guards itself,
 * its group, the keys its members sign by, and the labels it finds its keys by: else one person could lift
 * it and then act alone.
 */
export function askedQuorums(
  { rules, groups }: Guards,
  action: Action,
  resource: Resource,
  input: unknown,
): readonly AskedQuorum[] {
  return rules
    .filter((rule) => {
      const isNamed = (rule.value.actions as readonly Action[]).includes(action)
      if (isNamed && selects(rule.value, resource)) return true
      return LOOSENS.get(action)?.(rule, groups, resource, input) === true
    })
    .map(askedOf)
}

type Loosens = (
  rule: Stored<'quorum'>,
  groups: Guards['groups'],
  resource: Resource,
  input: unknown,
) => boolean

const isRule: Loosens = ({ id }, _groups, resource) => resource.id === id
const isGroup: Loosens = ({ value }, _groups, resource) => resource.id === value.group
const isMember: Loosens = ({ value }, groups, { id }) => {
  const group = groups.get(value.group)?.value
  return group !== undefined && memberOf(group, id as never) !== undefined
}
/** A list of labels replaces them all. */
const relabels: Loosens = ({ value }, _groups, resource, input) =>
  value.labels !== undefined &&
  memberOfInput(input, 'labels') !== undefined &&
  selects(value, resource)

/** What would take something from under a rule, or bring somebody to it. */
const LOOSENS: ReadonlyMap<Action, Loosens> = new Map<Action, Loosens>([
  ['quorum.update', isRule],
  ['quorum.delete', isRule],
  ['group.update', isGroup],
  ['group.delete', isGroup],
  ['principal.enroll', isMember],
  [
    'principal.update',
    // Whoever was shut out must not be let in again by one person.
    (rule, groups, resource, input) =>
      memberOfInput(input, 'disabled') === false && isMember(rule, groups, resource, input),
  ],
  ['key.update', relabels],
  ['object.update', relabels],
])

function memberOfInput(input: unknown, name: string): unknown {
  if (typeof input !== 'object' || input === null) return undefined
  return (input as Readonly<Record<string, unknown>>)[name]
}

function askedOf({ id, revision, value }: Stored<'quorum'>): AskedQuorum {
  const { name, group, approvals, distinctTeams } = value
  return { id: id as AskedQuorum['id'], name, revision, group, approvals, distinctTeams }
}

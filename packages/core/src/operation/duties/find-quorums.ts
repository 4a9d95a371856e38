import type { Group, GroupMember } from '../../approval/group.ts'
import type { QuorumRule } from '../../approval/quorum-rule.ts'
import type { Action } from '../../policy/action.ts'
import type { Principal } from '../../principal/principal.ts'
import { GUARDS } from '../quorum/guards.ts'
import type { Everybody } from './everybody.ts'
import type { DutyFinding } from './finding.ts'

/** Whether a principal may do something, by the policies in force; of no thing in particular. */
export type May = (principal: Principal, action: Action) => boolean

/** What is wrong with groups and quorums, and what no quorum guards. */
export function findQuorums({ principals, groups, quorums }: Everybody, may: May): DutyFinding[] {
  const people = new Map<string, Principal>(principals.map((one) => [one.id, one]))
  const used = new Set(quorums.map(({ group }) => group))
  return [
    ...groups
      .filter(({ id }) => used.has(id))
      .flatMap((group) =>
        group.members.flatMap((member) => findMember(group, member, people, may)),
      ),
    ...quorums.flatMap((rule) => {
      const group = groups.find(({ id }) => id === rule.group)
      return findRule(rule, group?.members ?? [], people, may)
    }),
    ...findUnguarded(quorums),
  ]
}

function findMember(
  { id, name }: Group,
  member: GroupMember,
  people: ReadonlyMap<string, Principal>,
  may: May,
): DutyFinding[] {
  const about = { kind: 'group', id, name } as const
  const person = people.get(member.principal)
  if (person === undefined) {
    const message = `has a member that is not there any more: ${member.principal}`
    return [{ rule: 'member-gone', severity: 'warning', ...about, message }]
  }
  if (person.roles.includes('auditor')) {
    const message = `has the auditor \`${person.name}\`, who does not approve`
    return [{ rule: 'auditor-approves', severity: 'violation', ...about, message }]
  }
  if (isAble(person, may)) return []
  const message = `\`${person.name}\` cannot approve: ${lack(person)}`
  return [{ rule: 'member-cannot-approve', severity: 'warning', ...about, message }]
}

function isAble(person: Principal | undefined, may: May): boolean {
  if (person === undefined || person.disabled || (person.approverKeys ?? []).length === 0) {
    return false
  }
  return may(person, 'approval.approve')
}

function lack({ disabled, approverKeys = [] }: Principal): string {
  if (disabled) return 'is shut out'
  return approverKeys.length === 0 ? 'has no key to approve by' : 'no role or policy lets them'
}

function findRule(
  rule: QuorumRule,
  members: readonly GroupMember[],
  people: ReadonlyMap<string, Principal>,
  may: May,
): DutyFinding[] {
  const { id, name, approvals, actions } = rule
  const about = { kind: 'quorum', id, name } as const
  const able = members.filter(({ principal }) => isAble(people.get(principal), may))
  const reach = attainable(rule, able, people)
  if (reach < approvals) {
    const message = `needs ${approvals} approvals, and no more than ${reach} can be had: what it guards is locked`
    return [{ rule: 'quorum-out-of-reach', severity: 'violation', ...about, message }]
  }
  return able.flatMap((member): DutyFinding[] => {
    const person = people.get(member.principal)
    const asks = actions.filter((action) => person !== undefined && may(person, action))
    if (person === undefined || asks.length === 0) return []
    const others = able.filter((other) => other !== member)
    const left = attainable(rule, others, people)
    const what = asks.length > 3 ? `${asks.slice(0, 3).join(', ')}, …` : asks.join(', ')
    if (left >= approvals) {
      const message = `\`${person.name}\` approves, and may also ask for ${what}; never for their own request`
      return [{ rule: 'approver-asks', severity: 'warning', ...about, message }]
    }
    const message = `when \`${person.name}\` asks (${what}), ${approvals} approvals are needed and ${left} can be had`
    return [{ rule: 'quorum-out-of-reach-of-requester', severity: 'violation', ...about, message }]
  })
}

/** As approvals are counted: each person, each key, and each team where that is asked for, once. */
function attainable(
  { distinctTeams }: QuorumRule,
  members: readonly GroupMember[],
  people: ReadonlyMap<string, Principal>,
): number {
  const seen = new Set<string>()
  let count = 0
  for (const { principal, team } of members) {
    const keys = people.get(principal)?.approverKeys ?? []
    const fresh = keys.find(({ id }) => !seen.has(id))
    const isOther = !distinctTeams || team === undefined || !seen.has(`team ${team}`)
    if (fresh === undefined || !isOther) continue
    seen.add(fresh.id)
    if (team !== undefined) seen.add(`team ${team}`)
    count++
  }
  return count
}

function findUnguarded(quorums: readonly QuorumRule[]): DutyFinding[] {
  const guarded = new Set<string>(quorums.flatMap(({ actions }) => actions))
  return Object.entries(GUARDS).flatMap(([guard, { actions }]): DutyFinding[] => {
    const open = actions.filter((action) => !guarded.has(action))
    if (open.length === 0) return []
    const message = `one person alone may ${open.join(', ')}`
    const about = { kind: 'tenant', id: guard, name: guard } as const
    return [{ rule: 'unguarded', severity: 'warning', ...about, message }]
  })
}

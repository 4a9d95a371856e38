import { type Group, GROUP_MEMBERS_MAX, type GroupMember, parseTeam } from '../../approval/group.ts'
import type { QuorumRule } from '../../approval/quorum-rule.ts'
import { KeeperError } from '../../error.ts'
import { isUuid } from '../../id.ts'
import type { Principal, Session } from '../../principal/principal.ts'
import { assertNotEmergency } from '../principal/assert-not-emergency.ts'
import type { ManagementScope } from '../management-operation.ts'

export interface MemberInput {
  /** Name or id. */
  readonly principal: string
  readonly team?: string
}

export interface DescribedGroup {
  readonly group: Group
  readonly revision: number
}

/** Members as they are kept: by id, each once; `earlier` are those that were there before. */
export async function resolveMembers(
  {
    ports: { store },
    tenant,
    session,
  }: Pick<ManagementScope<'group'>, 'ports' | 'tenant' | 'session'>,
  members: readonly MemberInput[],
  earlier: readonly GroupMember[],
): Promise<readonly GroupMember[]> {
  if (members.length > GROUP_MEMBERS_MAX) {
    throw new KeeperError('too-large', `a group has at most ${GROUP_MEMBERS_MAX} members`)
  }
  const resolved: GroupMember[] = []
  for (const { principal: ref, team } of members) {
    const stored = isUuid(ref)
      ? await store.get('principal', tenant, ref)
      : await store.getByName('principal', tenant, ref)
    if (stored === undefined) {
      throw new KeeperError('invalid-input', `no principal \`${ref.slice(0, 128)}\``)
    }
    const { id } = stored.value
    if (!earlier.some(({ principal }) => principal === id)) assertMayJoin(stored.value, session)
    if (resolved.some(({ principal }) => principal === id)) {
      throw new KeeperError('invalid-input', `\`${stored.value.name}\` is named twice`)
    }
    resolved.push({ principal: id, ...(team !== undefined && { team: parseTeam(team) }) })
  }
  return resolved
}

/** Who is in a group can approve: nobody brings that on themself, and an auditor does not have it. */
function assertMayJoin(principal: Principal, session: Session): void {
  const { id, name, roles } = principal
  assertNotEmergency(principal)
  if (id === session.principal) {
    throw new KeeperError('denied', 'nobody makes themself a member of a group; it takes another')
  }
  if (!roles.includes('auditor')) return
  throw new KeeperError('conflict', `\`${name}\` is an auditor, who does not approve`)
}

/** A quorum that its group cannot make up would lock what it guards for good. */
export function assertAttainable(
  rule: Pick<QuorumRule, 'name' | 'approvals' | 'distinctTeams'>,
  members: readonly GroupMember[],
): void {
  const teams = new Set(members.map(({ team, principal }) => team ?? principal))
  const attainable = rule.distinctTeams ? teams.size : members.length
  if (attainable >= rule.approvals) return
  throw new KeeperError(
    'conflict',
    `the quorum \`${rule.name}\` needs ${rule.approvals} approvals, and the group can give ${attainable}`,
  )
}

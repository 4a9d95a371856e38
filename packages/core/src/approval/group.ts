import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { GroupId, PrincipalId, TenantId } from '../id.ts'

export const GROUP_MEMBERS_MAX = 256
const TEAM = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/

export interface GroupMember {
  readonly principal: PrincipalId
  /** Members of one team count once where a quorum asks for distinct teams. */
  readonly team?: string
}

/** People that a quorum is made of. */
export interface Group {
  readonly id: GroupId
  readonly tenant: TenantId
  readonly name: string
  readonly members: readonly GroupMember[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export function memberOf(group: Group, principal: PrincipalId): GroupMember | undefined {
  return group.members.find((member) => member.principal === principal)
}

export function parseTeam(team: string): string {
  if (TEAM.test(team)) return team
  throw new KeeperError(
    'invalid-input',
    'a team has 1 to 64 of a-z 0-9 . _ - and starts and ends with a letter or digit',
  )
}

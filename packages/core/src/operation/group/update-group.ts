import type { Group } from '../../approval/group.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import {
  assertAttainable,
  type DescribedGroup,
  type MemberInput,
  resolveMembers,
} from './members.ts'

export interface UpdateGroupInput {
  readonly group: string
  /** Replaces all members. */
  readonly members: readonly MemberInput[]
}

/** Changes who is in a group; a group that a quorum is made of asks that quorum. */
export const updateGroup: ManagementOperation<'group', UpdateGroupInput, DescribedGroup> = {
  action: 'group.update',
  target: ({ group }) => ({ kind: 'group', ref: group }),
  run: async (scope, input) => {
    const { ports, tenant, now, subject } = scope
    const members = await resolveMembers(scope, input.members, subject.value.members)
    const query = { tenant, parent: subject.id, limit: LIST_MAX }
    const { records: rules } = await ports.store.list('quorum', query)
    for (const { value } of rules) assertAttainable(value, members)
    const group: Group = { ...subject.value, members, updatedAt: now }
    const expected = subject.revision
    return {
      output: { group, revision: expected + 1 },
      puts: [{ kind: 'group', tenant, id: subject.id, value: group, expected }],
      details: { members: members.map(({ principal }) => principal) },
    }
  },
}

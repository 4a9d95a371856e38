import type { Group } from '../../approval/group.ts'
import { type GroupId, parseName } from '../../id.ts'
import { madeBefore } from '../idempotency.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { type DescribedGroup, type MemberInput, resolveMembers } from './members.ts'

export interface CreateGroupInput {
  readonly name: string
  readonly members: readonly MemberInput[]
}

/** Names people that quorums can be made of. */
export const createGroup: ManagementOperation<'group', CreateGroupInput, DescribedGroup> = {
  action: 'group.create',
  target: ({ name }) => ({ kind: 'group', ref: name, attributes: {} }),
  run: async (scope, input) => {
    const { ports, tenant, now } = scope
    const members = await resolveMembers(scope, input.members, [])
    const id = ports.ids.uuid() as GroupId
    const name = parseName(input.name, 'group')
    const group: Group = { id, tenant, name, members, createdAt: now, updatedAt: now }
    return {
      output: { group, revision: 1 },
      puts: [{ kind: 'group', tenant, id, value: group, expected: 0 }],
      details: { group: id, members: members.map(({ principal }) => principal) },
    }
  },
  replay: async ({ ports, tenant }, id) => {
    const { value: group, revision } = madeBefore(await ports.store.get('group', tenant, id))
    return { group, revision }
  },
  resultId: ({ group }) => group.id,
}

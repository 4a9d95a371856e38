import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { GroupInput } from './delete-group.ts'
import type { DescribedGroup } from './members.ts'

export const getGroup: ManagementOperation<'group', GroupInput, DescribedGroup> = {
  action: 'group.get',
  target: ({ group }) => ({ kind: 'group', ref: group }),
  run: ({ subject }) => ({ output: { group: subject.value, revision: subject.revision } }),
}

export interface ListGroupsOutput {
  readonly groups: readonly DescribedGroup[]
  readonly damaged: readonly string[]
}

export const listGroups: ManagementOperation<'tenant', Record<never, never>, ListGroupsOutput> = {
  action: 'group.list',
  target: () => ({ kind: 'tenant', ref: 'groups' }),
  run: async ({ ports, tenant }) => {
    const { records, damaged } = await ports.store.list('group', { tenant, limit: LIST_MAX })
    const groups = records.map(({ value, revision }) => ({ group: value, revision }))
    return { output: { groups, damaged } }
  },
}

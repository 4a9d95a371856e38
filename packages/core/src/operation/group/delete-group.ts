import { KeeperError } from '../../error.ts'
import type { ManagementOperation } from '../management-operation.ts'

export interface GroupInput {
  readonly group: string
}

/** Forgets a group that no quorum is made of. */
export const deleteGroup: ManagementOperation<'group', GroupInput, { readonly name: string }> = {
  action: 'group.delete',
  target: ({ group }) => ({ kind: 'group', ref: group }),
  run: async ({ ports, tenant, subject }) => {
    const query = { tenant, parent: subject.id, limit: 1 }
    const { records } = await ports.store.list('quorum', query)
    const [rule] = records
    if (rule !== undefined) {
      throw new KeeperError('conflict', `the quorum \`${rule.value.name}\` is made of it`)
    }
    return {
      output: { name: subject.value.name },
      deletes: [{ kind: 'group', tenant, id: subject.id, expected: subject.revision }],
    }
  },
}

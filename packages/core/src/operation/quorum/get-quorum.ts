import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedQuorum } from './write-quorum.ts'

export interface QuorumRefInput {
  readonly quorum: string
}

export const getQuorum: ManagementOperation<'quorum', QuorumRefInput, DescribedQuorum> = {
  action: 'quorum.get',
  target: ({ quorum }) => ({ kind: 'quorum', ref: quorum }),
  run: ({ subject }) => ({ output: { quorum: subject.value, revision: subject.revision } }),
}

export interface ListQuorumsOutput {
  readonly quorums: readonly DescribedQuorum[]
  readonly damaged: readonly string[]
}

export const listQuorums: ManagementOperation<'tenant', Record<never, never>, ListQuorumsOutput> = {
  action: 'quorum.list',
  target: () => ({ kind: 'tenant', ref: 'quorums' }),
  run: async ({ ports, tenant }) => {
    const { records, damaged } = await ports.store.list('quorum', { tenant, limit: LIST_MAX })
    const quorums = records.map(({ value, revision }) => ({ quorum: value, revision }))
    return { output: { quorums, damaged } }
  },
}

/** Takes a guard away; asks that guard. */
export const deleteQuorum: ManagementOperation<
  'quorum',
  QuorumRefInput,
  { readonly name: string }
> = {
  action: 'quorum.delete',
  target: ({ quorum }) => ({ kind: 'quorum', ref: quorum }),
  run: ({ subject, tenant }) => ({
    output: { name: subject.value.name },
    deletes: [{ kind: 'quorum', tenant, id: subject.id, expected: subject.revision }],
  }),
}

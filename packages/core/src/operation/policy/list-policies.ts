import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedPolicy } from './put-policy.ts'

export interface ListPoliciesOutput {
  readonly policies: readonly DescribedPolicy[]
  readonly damaged: readonly string[]
}

export const listPolicies: ManagementOperation<
  'tenant',
  Record<never, never>,
  ListPoliciesOutput
> = {
  action: 'policy.list',
  target: () => ({ kind: 'tenant', ref: 'policies' }),
  run: async ({ ports, tenant }) => {
    const { records, damaged } = await ports.store.list('policy', { tenant, limit: LIST_MAX })
    return {
      output: {
        policies: records.map(({ value, revision }) => ({ policy: value, revision })),
        damaged,
      },
    }
  },
}

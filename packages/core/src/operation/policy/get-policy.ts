import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedPolicy } from './put-policy.ts'

export interface GetPolicyInput {
  readonly name: string
}

export const getPolicy: ManagementOperation<'policy', GetPolicyInput, DescribedPolicy> = {
  action: 'policy.get',
  target: ({ name }) => ({ kind: 'policy', ref: name }),
  run: ({ subject }) => ({ output: { policy: subject.value, revision: subject.revision } }),
}

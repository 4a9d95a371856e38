import type { ManagementOperation } from '../management-operation.ts'

export interface DeletePolicyInput {
  readonly name: string
}

/** Takes a policy out of force before this returns. */
export const deletePolicy: ManagementOperation<
  'policy',
  DeletePolicyInput,
  { readonly name: string }
> = {
  action: 'policy.delete',
  target: ({ name }) => ({ kind: 'policy', ref: name }),
  run: ({ subject, tenant }) => ({
    output: { name: subject.value.name },
    deletes: [{ kind: 'policy', tenant, id: subject.id, expected: subject.revision }],
  }),
}

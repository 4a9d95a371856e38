import type { ManagementOperation } from '../management-operation.ts'
import { historyWrite } from './policy-history.ts'

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
  run: async (scope) => {
    const { subject, tenant } = scope
    const { name } = subject.value
    const history = await historyWrite(scope, name, undefined)
    const { id, revision: expected } = subject
    return {
      output: { name },
      puts: history.puts,
      deletes: [{ kind: 'policy', tenant, id, expected }, ...history.deletes],
    }
  },
}

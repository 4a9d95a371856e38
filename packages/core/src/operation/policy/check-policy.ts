import { KeeperError } from '../../error.ts'
import type { PolicyFault } from '../../policy/authorizer.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { POLICY_BYTES_MAX } from './put-policy.ts'

export interface CheckPolicyInput {
  readonly text: string
}

export interface CheckPolicyOutput {
  /** Whether `policy.put` would take it. */
  readonly accepted: boolean
  readonly faults: readonly PolicyFault[]
}

/** Says what is wrong with a policy without putting it. */
export const checkPolicy: ManagementOperation<'tenant', CheckPolicyInput, CheckPolicyOutput> = {
  action: 'policy.check',
  target: () => ({ kind: 'tenant', ref: 'policies' }),
  run: async ({ ports, tenant }, { text }) => {
    if (text.length > POLICY_BYTES_MAX) {
      throw new KeeperError('too-large', `a policy has at most ${POLICY_BYTES_MAX} characters`)
    }
    const { faults, principals } = ports.policies.inspect(text)
    const accepted = faults.length === 0
    const warnings: PolicyFault[] = []
    for (const { id, line, column } of principals) {
      if ((await ports.store.get('principal', tenant, id)) !== undefined) continue
      // The commonest slip: a rule that names somebody by name is valid, and never applies.
      const named = await ports.store.getByName('principal', tenant, id)
      const message =
        named === undefined
          ? `nobody has the id \`${id}\`: the rule can never apply`
          : `\`${id}\` is a name, so the rule can never apply; write the id, \`${named.id}\``
      warnings.push({ severity: 'warning', message, line, column })
    }
    return { output: { accepted, faults: [...faults, ...warnings] }, details: { accepted } }
  },
}

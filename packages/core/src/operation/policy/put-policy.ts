import { KeeperError } from '../../error.ts'
import { parseName } from '../../id.ts'
import type { PolicyDocument } from '../../storage/record.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { historyWrite } from './policy-history.ts'

export const POLICY_BYTES_MAX = 64 * 1024
const POLICIES_MAX = 256

export interface PutPolicyInput {
  readonly name: string
  readonly text: string
  /** The revision the caller saw, 0 for a policy that must not be there yet. */
  readonly expectedRevision?: number
}

export interface DescribedPolicy {
  readonly policy: PolicyDocument
  readonly revision: number
}

/** Writes a policy of the tenant's, new or changed; in force before this returns. */
export const putPolicy: ManagementOperation<'policy', PutPolicyInput, DescribedPolicy> = {
  action: 'policy.put',
  target: ({ name }) => ({ kind: 'policy', ref: name, attributes: {} }),
  run: async (scope, input) => {
    const { ports, tenant, now } = scope
    const name = parseName(input.name, 'policy')
    if (input.text.length > POLICY_BYTES_MAX) {
      throw new KeeperError('too-large', `a policy has at most ${POLICY_BYTES_MAX} characters`)
    }
    ports.policies.check(input.text)
    const earlier = await ports.store.getByName('policy', tenant, name)
    assertSeen(input, earlier?.revision ?? 0)
    const { records } = await ports.store.list('policy', { tenant, limit: POLICIES_MAX })
    if (earlier === undefined && records.length >= POLICIES_MAX) {
      throw new KeeperError(
        'limit-reached',
        `a tenant has at most ${POLICIES_MAX} policies; join some`,
      )
    }
    const expected = earlier?.revision ?? 0
    const value: PolicyDocument = { tenant, name, text: input.text.toWellFormed(), updatedAt: now }
    const id = earlier?.id ?? ports.ids.uuid()
    const history = await historyWrite(scope, name, value.text)
    return {
      output: { policy: value, revision: expected + 1 },
      puts: [{ kind: 'policy', tenant, id, value, expected }, ...history.puts],
      deletes: history.deletes,
      details: { created: expected === 0 },
    }
  },
}

/** A policy that is written may be new, so `execute` cannot hold its revision against the caller's. */
function assertSeen({ name, expectedRevision }: PutPolicyInput, revision: number): void {
  if (expectedRevision === undefined || expectedRevision === revision) return
  throw new KeeperError(
    'precondition-failed',
    `\`${name}\` has changed since you read it (revision ${revision}); read it again`,
    { details: { revision } },
  )
}

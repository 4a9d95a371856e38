import { KeeperError } from '../../error.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { policiesInForce } from './policies-in-force.ts'
import { applyProposal, type PolicyProposal } from './proposal.ts'
import {
  type AskedCall,
  parseAction,
  principalAsked,
  requestOf,
  resourceAsked,
  sessionOf,
} from './question.ts'

export const EXPECTATIONS_MAX = 1_000

export interface Expectation extends AskedCall {
  /** Id or name. */
  readonly principal: string
  readonly action: string
  readonly target?: string
  readonly expect: 'allowed' | 'denied'
}

export interface TryPoliciesInput {
  readonly expectations: readonly Expectation[]
  /** Held against the policies as they would be; absent: as they are. */
  readonly proposal?: PolicyProposal
}

export interface TriedExpectation {
  readonly met: boolean
  readonly decision: 'allowed' | 'denied'
  /** The policies that decided; none when nothing permits it. */
  readonly policies: readonly string[]
}

export interface TryPoliciesOutput {
  /** In the order they were given. */
  readonly results: readonly TriedExpectation[]
  readonly failed: number
}

/** Holds what is expected of the policies against what they decide. */
export const tryPolicies: ManagementOperation<'tenant', TryPoliciesInput, TryPoliciesOutput> = {
  action: 'policy.explain',
  target: () => ({ kind: 'tenant', ref: 'policies' }),
  run: async (scope, { expectations, proposal }) => {
    const { ports, tenant } = scope
    if (expectations.length > EXPECTATIONS_MAX) {
      throw new KeeperError('too-large', `at most ${EXPECTATIONS_MAX} expectations at once`)
    }
    const documents =
      proposal === undefined
        ? await policiesInForce(ports.store, tenant)
        : (await applyProposal(scope, proposal)).proposed
    const authorizer = ports.policies.rehearse(documents)
    const results: TriedExpectation[] = []
    for (const expectation of expectations) {
      const action = parseAction(expectation.action)
      const target = await resourceAsked(ports, scope.keys, tenant, action, expectation.target)
      const principal = await principalAsked(ports.store, tenant, expectation.principal)
      const session = sessionOf(principal, expectation.authentication)
      const { allowed, policies } = authorizer.decide(
        session,
        action,
        target,
        requestOf(expectation),
      )
      // Whoever is disabled does not come in.
      const decision = allowed && !principal.disabled ? 'allowed' : 'denied'
      results.push({ met: decision === expectation.expect, decision, policies })
    }
    return { output: { results, failed: results.filter(({ met }) => !met).length } }
  },
}

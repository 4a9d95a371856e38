import type { Lookup } from './lookup.ts'
import { isMatch, type Pattern } from './pattern.ts'
import type { Policy, Statement } from './policy-document.ts'
import { isExempt, type PolicyPrincipal, type Reach, reachOf } from './principal.ts'

/** One request, as every policy is asked about it. */
export interface PolicyRequest {
  readonly principal: PolicyPrincipal
  /** `kms:Encrypt`. */
  readonly action: string
  /** The ARN of the key or alias, or `*` for an action on the account. */
  readonly resource: string
  readonly lookup: Lookup
}

/** What a key policy says. `account`: it leaves it to the identity policies of the account. */
export type KeyPolicyVerdict = 'denied' | 'direct' | 'account' | 'silent'

/** An explicit denial wins; among allowances, the one that needs nobody else. */
export function evaluateKeyPolicy(policy: Policy, request: PolicyRequest): KeyPolicyVerdict {
  let verdict: KeyPolicyVerdict = 'silent'
  for (const statement of policy.statements) {
    const reach = reachOfStatement(statement, request.principal)
    if (reach === 'none' || !applies(statement, request)) continue
    if (statement.effect === 'Deny') return 'denied'
    if (verdict !== 'direct') verdict = reach
  }
  return verdict
}

export type IdentityVerdict = 'denied' | 'allowed' | 'silent'

export function evaluateIdentityPolicy(policy: Policy, request: PolicyRequest): IdentityVerdict {
  let verdict: IdentityVerdict = 'silent'
  for (const statement of policy.statements) {
    if (!applies(statement, request)) continue
    if (statement.effect === 'Deny') return 'denied'
    verdict = 'allowed'
  }
  return verdict
}

function reachOfStatement({ principal, effect }: Statement, caller: PolicyPrincipal): Reach {
  if (principal === undefined) return 'none'
  if (!principal.negated) return reachOf(principal.element, caller)
  return isExempt(principal.element, caller, effect) ? 'none' : 'direct'
}

function applies({ actions, resources, conditions }: Statement, request: PolicyRequest): boolean {
  const { action, resource, lookup } = request
  return (
    matchesAny(actions.patterns, action.toLowerCase(), lookup) !== actions.negated &&
    matchesAny(resources.patterns, resource, lookup) !== resources.negated &&
    conditions.every((condition) => condition(lookup))
  )
}

function matchesAny(patterns: readonly Pattern[], text: string, lookup: Lookup): boolean {
  for (const pattern of patterns) if (isMatch(pattern, text, lookup)) return true
  return false
}

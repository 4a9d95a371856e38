import { AwsError } from '../error.ts'
import {
  evaluateIdentityPolicy,
  evaluateKeyPolicy,
  type IdentityVerdict,
  type KeyPolicyVerdict,
} from './evaluate.ts'
import {
  evaluateGrant,
  type Grant,
  type GrantReach,
  type GrantRequest,
  reachOfNamed,
} from './grant.ts'
import type { Policy } from './policy-document.ts'
import { isRoot } from './principal.ts'

/** All that has a say in one request. */
export interface Rules {
  /** Undefined: an action on no key, which identity policies alone decide. */
  readonly keyPolicy: Policy | undefined
  /** Undefined: nothing was attached to the principal, and Cedar's roles alone bound it. */
  readonly identityPolicy: Policy | undefined
  /** Those of the key. */
  readonly grants: readonly Grant[]
}

export type Verdict =
  | { readonly allowed: true; readonly by: string }
  | { readonly allowed: false; readonly because: string }

const allowed = (by: string): Verdict => ({ allowed: true, by })
const denied = (because: string): Verdict => ({ allowed: false, because })

/**
 * Developer Guide, "Determining access to KMS keys": an explicit denial anywhere wins; else the key policy
 * must allow the caller, or its account, whose identity policies then must allow as well; else a grant.
 */
export function decide(rules: Rules, request: GrantRequest): Verdict {
  const { action } = request
  const identity = identityVerdict(rules.identityPolicy, request)
  if (identity === 'denied') return denied('with an explicit deny in an identity-based policy')
  const byIdentity = `because no identity-based policy allows the ${action} action`
  if (rules.keyPolicy === undefined) {
    return identity === 'allowed' ? allowed('identity-policy') : denied(byIdentity)
  }
  const key = keyPolicyVerdict(rules.keyPolicy, request)
  if (key === 'denied') return denied('with an explicit deny in a resource-based policy')
  if (key === 'direct') return allowed('key-policy')
  if (key === 'account' && identity === 'allowed') return allowed('identity-policy')
  const grant = rules.grants.find((one) => {
    const reach = grantVerdict(one, request)
    return reach === 'direct' || (reach === 'account' && identity === 'allowed')
  })
  if (grant !== undefined) return allowed(`grant/${grant.id}`)
  return denied(
    key === 'account' ? byIdentity : `because no resource-based policy allows the ${action} action`,
  )
}

function identityVerdict(policy: Policy | undefined, request: GrantRequest): IdentityVerdict {
  // Identity policies cannot be attached to the account itself.
  if (isRoot(request.principal)) return 'allowed'
  if (policy !== undefined) return evaluateIdentityPolicy(policy, request)
  // No key policy bounds who retires a grant: the account must have said so (see `keyPolicyVerdict`).
  return request.action === RETIRE ? 'silent' : 'allowed'
}

const RETIRE = 'kms:RetireGrant'

/**
 * `kms:RetireGrant` in a key policy has no effect; the account has it, and delegates it by identity policies
 * (Developer Guide, "Retiring and revoking grants").
 */
function keyPolicyVerdict(policy: Policy, request: GrantRequest): KeyPolicyVerdict {
  if (request.action !== RETIRE) return evaluateKeyPolicy(policy, request)
  return isRoot(request.principal) ? 'direct' : 'account'
}

/** The retiring principal may retire the grant that names it; `RetireGrant` in its operations lets the grantee. */
function grantVerdict(grant: Grant, request: GrantRequest): GrantReach {
  if (request.action !== RETIRE) return evaluateGrant(grant, request)
  if (request.retires !== grant.id) return 'none'
  const retiring = reachOfNamed(grant.retiring, request)
  return retiring === 'none' ? evaluateGrant(grant, request) : retiring
}

export function accessDenied(
  { principal, action, resource }: Pick<GrantRequest, 'principal' | 'action' | 'resource'>,
  because: string,
): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`,
  )
}

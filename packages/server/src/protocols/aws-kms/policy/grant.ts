import { accountOfRoot, isRoot } from './principal.ts'
import type { PolicyRequest } from './evaluate.ts'

/** AWS's `GrantOperation`: what a grant may allow. */
export const GRANT_OPERATIONS = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GetPublicKey',
  'CreateGrant',
  'RetireGrant',
  'DescribeKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
] as const
export type GrantOperation = (typeof GRANT_OPERATIONS)[number]

type Pairs = Readonly<Record<string, string>>

export interface GrantConstraints {
  readonly EncryptionContextEquals?: Pairs
  readonly EncryptionContextSubset?: Pairs
  /** What a service of AWS calls on behalf of: no call that comes here is such a one. */
  readonly SourceArn?: string
}

/** What CreateGrant asks for. */
export interface GrantWish {
  readonly name?: string
  readonly grantee?: string
  readonly granteeService?: string
  readonly retiring?: string
  readonly retiringService?: string
  readonly operations: readonly GrantOperation[]
  readonly constraints?: GrantConstraints
}

/** A grant as it is kept: the attachment `aws-kms/grant/<region>/<id>` of its key. */
export interface Grant extends GrantWish {
  readonly id: string
  readonly createdAt: number
  /** Authenticates this grant's tokens; base64. */
  readonly tokenSecret: string
}

export const grantName = (region: string, id: string): string => `aws-kms/grant/${region}/${id}`

/** What a grant is to allow, asked for by somebody who may only pass on what they have. */
export type Passed = Pick<Grant, 'operations' | 'constraints'>

export interface GrantRequest extends PolicyRequest {
  /** Absent for the actions that know none. */
  readonly encryptionContext?: Pairs | undefined
  readonly passed?: Passed | undefined
  /** The grant that `kms:RetireGrant` is about. */
  readonly retires?: string | undefined
}

/** How a principal named by a grant reaches the caller; `account`: identity policies must allow as well. */
export type GrantReach = 'direct' | 'account' | 'none'

/** The actions that constraints bear on (API Reference, GrantConstraints). */
const CONSTRAINED: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
])

/** Whether the grant allows the request. A grant to an account is the account's to delegate. */
export function evaluateGrant(grant: Grant, request: GrantRequest): GrantReach {
  const operation = request.action.slice('kms:'.length)
  if (!(grant.operations as readonly string[]).includes(operation)) return 'none'
  const { constraints } = grant
  // It bears on every operation but RetireGrant, and no request here is made on a resource's behalf.
  if (constraints?.SourceArn !== undefined && operation !== 'RetireGrant') return 'none'
  if (CONSTRAINED.has(operation) && !areMet(constraints, request.encryptionContext ?? {})) {
    return 'none'
  }
  if (operation === 'CreateGrant' && !isWithin(request.passed, grant)) return 'none'
  return reachOfNamed(grant.grantee, request)
}

export function reachOfNamed(named: string | undefined, { principal }: PolicyRequest): GrantReach {
  if (named === undefined) return 'none'
  if (named === principal.arn) return 'direct'
  const account = accountOfRoot(named)
  if (account === undefined || account !== principal.account) return 'none'
  return isRoot(principal) ? 'direct' : 'account'
}

/** In a constraint the name of a pair is not case sensitive; its value is (API Reference, GrantConstraints). */
function areMet(constraints: GrantConstraints | undefined, context: Pairs): boolean {
  if (constraints === undefined) return true
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints
  if (equal !== undefined && !(includes(context, equal) && includes(equal, context))) return false
  return subset === undefined || includes(context, subset)
}

function includes(whole: Pairs, part: Pairs): boolean {
  const has = new Set(Object.entries(whole).map(pairKey))
  return Object.entries(part).every((pair) => has.has(pairKey(pair)))
}

const pairKey = ([name, value]: readonly [string, string]): string =>
  JSON.stringify([name.toLowerCase(), value])

/**
 * A grantee passes on what it has or less (Developer Guide, "Granting CreateGrant permission"): no other
 * operation, and constraints that are the same or stricter.
 */
function isWithin(passed: Passed | undefined, { operations, constraints }: Grant): boolean {
  if (passed === undefined) return false
  if (!passed.operations.every((operation) => operations.includes(operation))) return false
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints ?? {}
  const inner = passed.constraints ?? {}
  if (equal !== undefined) {
    const mine = inner.EncryptionContextEquals
    if (mine === undefined || !includes(mine, equal) || !includes(equal, mine)) return false
  }
  if (subset === undefined) return true
  const mine = { ...inner.EncryptionContextSubset, ...inner.EncryptionContextEquals }
  return includes(mine, subset)
}

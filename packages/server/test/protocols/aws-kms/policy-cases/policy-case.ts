import type { Grant, GrantRequest } from '../../../../src/protocols/aws-kms/policy/grant.ts'

export const ACCOUNT = '111122223333'
export const OTHER_ACCOUNT = '444455556666'
export const KEY_ARN = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/0193a000-0000-7000-8000-000000000001`

export const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
export const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`
export const ROOT = `arn:aws:iam::${ACCOUNT}:root`
export const ALICE = user('alice')

export type Statement = Readonly<Record<string, unknown>>

/** principal × policies × grants × context → allow or deny, with the documented rule that says so. */
export interface PolicyCase {
  /** "IAM: …" is the IAM User Guide, "KMS: …" the KMS Developer Guide, "API: …" the KMS API Reference. */
  readonly rule: string
  /** ALICE when absent. */
  readonly principal?: string
  /** Statements of the key policy; null: the action is on no key; absent: AWS's default policy. */
  readonly key?: readonly Statement[] | null
  /** Statements of what is attached to the principal; absent: nothing is attached. */
  readonly identity?: readonly Statement[] | undefined
  readonly version?: '2008-10-17'
  readonly grants?: readonly Partial<Grant>[]
  /** `kms:Encrypt` when absent. */
  readonly action?: string
  readonly resource?: string
  readonly context?: Readonly<Record<string, readonly string[]>>
  readonly encryptionContext?: Readonly<Record<string, string>>
  readonly passed?: GrantRequest['passed']
  readonly retires?: string
  readonly is: 'allow' | 'deny'
  /** Part of the refusal's message. */
  readonly because?: string
}

/** A statement that allows ALICE everything, changed as told. */
export const allow = (change: Statement = {}): Statement => {
  const { NotAction, NotResource, NotPrincipal } = change
  return {
    Effect: 'Allow',
    ...(NotPrincipal === undefined && { Principal: { AWS: ALICE } }),
    ...(NotAction === undefined && { Action: 'kms:*' }),
    ...(NotResource === undefined && { Resource: '*' }),
    ...change,
  }
}
export const deny = (change: Statement = {}): Statement => allow({ Effect: 'Deny', ...change })

/** The same for identity policies, which name no principal. */
export const may = (change: Statement = {}): Statement => {
  const { Principal: _principal, ...statement } = allow(change)
  return statement
}
export const mayNot = (change: Statement = {}): Statement => may({ Effect: 'Deny', ...change })

/** The account as the principal of a statement: what enables identity policies. */
export const account = (change: Statement = {}): Statement =>
  allow({ Principal: { AWS: ROOT }, ...change })

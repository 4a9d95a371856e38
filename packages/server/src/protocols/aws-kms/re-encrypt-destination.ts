import type { Key } from '@claviger/core'
import type { AwsCall } from './call.ts'
import { assertFits, type EncryptionName } from './encryption.ts'
import type { GivenContext } from './encryption-context.ts'
import type { AwsKey } from './key-reference.ts'
import type { GivenCiphertext } from './opened-ciphertext.ts'
import { assertUse } from './use-key.ts'

const GCM_TAG_BYTES = 16

/**
 * Whether the destination can take what is read under the source. Asked among the source's rules: the domain
 * asks the same of the destination when it uses it, but in words that are not AWS's.
 */
export function assertDestination(
  call: AwsCall,
  {
    source,
    destination,
    algorithm,
    to,
  }: {
    readonly source: GivenCiphertext
    readonly destination: AwsKey
    readonly algorithm: EncryptionName
    readonly to: GivenContext
  },
  key: Key,
): void {
  const rules = { key: destination, call, usage: 'ENCRYPT_DECRYPT', algorithm } as const
  assertUse(rules, key)
  // What is under RSA is as long as it is, and fits nearly everywhere; RSA itself refuses the rest.
  const bytes =
    source.envelope === undefined ? 0 : source.envelope.ciphertext.length - GCM_TAG_BYTES
  assertFits(algorithm, key, bytes, to.context)
}

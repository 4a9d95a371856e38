import { KeeperError, type PrincipalPolicies } from '@claviger/core'
import { AwsError } from './protocols/aws-kms/error.ts'
import { parsePolicy } from './protocols/aws-kms/policy/policy-document.ts'

/** The protocols that have policies of their own for principals, and who reads them. */
const READERS: ReadonlyMap<string, (document: string) => void> = new Map([
  ['aws-kms', (document: string) => void parsePolicy(document, 'identity')],
])

export const principalPolicies: PrincipalPolicies = {
  check(protocol, document) {
    const read = READERS.get(protocol)
    if (read === undefined) {
      throw new KeeperError('invalid-input', 'the protocol has no policies of principals', {
        details: { known: [...READERS.keys()] },
      })
    }
    try {
      read(document)
    } catch (error) {
      if (error instanceof AwsError) throw new KeeperError('invalid-input', error.message)
      throw error
    }
  },
}

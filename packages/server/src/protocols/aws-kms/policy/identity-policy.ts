import {
  type MaybePromise,
  type PrincipalId,
  principalPolicyName,
  type Stored,
} from '@claviger/core'
import type { AwsCall } from '../call.ts'
import { parsePolicy, type Policy } from './policy-document.ts'

/** Kept as the attachment `aws-kms/identity-policy/<principal id>` of the tenant. */
export interface IdentityPolicyRecord {
  /** As it was put, byte for byte. */
  readonly document: string
}

export const identityPolicyName = (principal: PrincipalId): string =>
  principalPolicyName('aws-kms', principal)

const ofRecord = new WeakMap<Stored<'attachment'>, Policy>()

/** What was attached to the caller; undefined when nothing was. Synchronous once it has been read. */
export function identityPolicyOf({
  ports,
  session,
}: Pick<AwsCall, 'ports' | 'session'>): MaybePromise<Policy | undefined> {
  const stored = ports.keeper.attachments.get(session.tenant, identityPolicyName(session.principal))
  return stored instanceof Promise ? stored.then(read) : read(stored)
}

function read(stored: Stored<'attachment'> | undefined): Policy | undefined {
  if (stored === undefined) return undefined
  let policy = ofRecord.get(stored)
  if (policy === undefined) {
    const { document } = stored.value.body as unknown as IdentityPolicyRecord
    ofRecord.set(stored, (policy = parsePolicy(document, 'identity')))
  }
  return policy
}

import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsOperation } from '../call.ts'
import { resolveKey } from '../key-reference.ts'
import { seconds } from '../validation.ts'

/** The actions of cryptography that the keeper notes, in AWS's words; it has one for both ways to make data keys. */
const OPERATIONS: Partial<Record<core.Action, string>> = {
  'key.encrypt': 'Encrypt',
  'key.wrap': 'Encrypt',
  'key.decrypt': 'Decrypt',
  'key.unwrap': 'Decrypt',
  'key.re-encrypt-from': 'ReEncrypt',
  'key.re-encrypt-to': 'ReEncrypt',
  'key.sign': 'Sign',
  'key.verify': 'Verify',
  'key.mac': 'GenerateMac',
  'key.verify-mac': 'VerifyMac',
  'key.generate-data-key': 'GenerateDataKey',
  'key.generate-data-key-pair': 'GenerateDataKeyPair',
  'key.agree': 'DeriveSharedSecret',
  'key.encapsulate': 'Encapsulate',
  'key.decapsulate': 'Decapsulate',
}

/** Uses through every door count; the entry of the keeper's own log stands for CloudTrail's. */
export const getKeyLastUsage: AwsOperation = async (call) => {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const request = await authorized(call, { action: 'kms:GetKeyLastUsage', key })
  const { output } = await call.ports.keeper.execute(
    call.session,
    core.keyUsage,
    { key: key.id },
    request,
  )
  const created = seconds(key.document.createdAt)
  return {
    KeyId: key.keyId,
    KeyLastUsage: output.lastUse === undefined ? {} : usageOf(output.lastUse),
    TrackingStartDate: created,
    KeyCreationDate: created,
  }
}

function usageOf({
  action,
  at,
  event,
  requestId,
}: core.LastUse): Readonly<Record<string, unknown>> {
  const operation = OPERATIONS[action]
  return {
    ...(operation !== undefined && { Operation: operation }),
    Timestamp: seconds(at),
    CloudTrailEventId: event,
    ...(requestId !== undefined && { KmsRequestId: requestId }),
  }
}

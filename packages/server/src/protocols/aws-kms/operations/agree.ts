import * as core from '@claviger/core'
import { readRecipient } from '../attestation/recipient.ts'
import { authorized } from '../authorization.ts'
import type { AwsOperation } from '../call.ts'
import { validation } from '../error.ts'
import { resolveKey } from '../key-reference.ts'
import { blob, flag, grantTokens, oneOf } from '../members.ts'
import { hasRecipient, secretMembers } from '../secret-members.ts'
import { ruled, useKey, type UseRules } from '../use-key.ts'

const PUBLIC_KEY = { min: 1, max: 8_192 }
const AGREE = ruled(core.agree)

export const deriveSharedSecret: AwsOperation = async (call) => {
  const { input } = call
  const peerPublicKey = blob(input, 'PublicKey', PUBLIC_KEY)
  const algorithm = oneOf(input, 'KeyAgreementAlgorithm', ['ECDH'])
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const recipient = hasRecipient(input) ? await readRecipient(call) : undefined
  const key = await resolveKey(call, input['KeyId'])
  const request = await authorized(call, {
    action: 'kms:DeriveSharedSecret',
    key,
    grantTokens: tokens,
    conditions: { 'kms:KeyAgreementAlgorithm': algorithm, ...recipient?.conditions },
    told: recipient?.told,
  })
  const rules: UseRules = {
    key,
    call,
    usage: 'KEY_AGREEMENT',
    algorithm,
    dryRun,
    // SP 800-56Ar3 §5.6.2.3: another curve, a point off it, and what is no key at all are refused alike.
    wrongInput: () =>
      validation('PublicKey is not a valid public key on the curve of the KMS key.'),
  }
  const item = { peerPublicKey, mechanism: 'ecdh' as const, rules }
  const { value } = await useKey(call, AGREE, item, request)
  return {
    KeyId: key.arn,
    ...(await secretMembers(recipient, 'SharedSecret', value.sharedSecret)),
    KeyAgreementAlgorithm: algorithm,
    KeyOrigin: key.document.origin,
  }
}

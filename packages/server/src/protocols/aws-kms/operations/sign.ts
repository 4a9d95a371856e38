import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError } from '../error.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { SIGNING_ALGORITHMS } from '../key-spec.ts'
import { blob, CIPHERTEXT, flag, grantTokens, oneOf, optionalOneOf, PLAINTEXT } from '../members.ts'
import {
  assertMessage,
  MESSAGE_TYPES,
  SIGNING_NAMES,
  signatureOptions,
  type SigningName,
} from '../signing.ts'
import { type Ruled, ruled, useKey, type UseRules } from '../use-key.ts'

const SIGN = ruled(core.sign)
const VERIFY = ruled(core.verify)

/** What Sign and Verify have in common, up to the moment the key is used. */
interface Asked {
  readonly key: AwsKey
  readonly algorithm: SigningName
  readonly item: Ruled<core.SignItem>
  readonly request: core.RequestContext
}

async function ask(call: AwsCall, action: 'Sign' | 'Verify'): Promise<Asked> {
  const { input } = call
  const message = blob(input, 'Message', PLAINTEXT)
  const type = optionalOneOf(input, 'MessageType', MESSAGE_TYPES) ?? 'RAW'
  const algorithm = oneOf(input, 'SigningAlgorithm', SIGNING_NAMES)
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const key = await resolveKey(call, input['KeyId'])
  const request = await authorized(call, {
    action: `kms:${action}`,
    key,
    grantTokens: tokens,
    conditions: { 'kms:SigningAlgorithm': algorithm, 'kms:MessageType': type },
  })
  const rules: UseRules = {
    key,
    call,
    usage: 'SIGN_VERIFY',
    algorithm,
    dryRun,
    check: () => assertMessage(algorithm, type, message.length),
  }
  const options = signatureOptions(algorithm, type)
  const item = { message, mechanism: SIGNING_ALGORITHMS[algorithm], options, rules }
  return { key, algorithm, item, request }
}

export const sign: AwsOperation = async (call) => {
  const { key, algorithm, item, request } = await ask(call, 'Sign')
  const { value } = await useKey(call, SIGN, item, request)
  return {
    KeyId: key.arn,
    Signature: encodeBase64(value.signature),
    SigningAlgorithm: algorithm,
  }
}

export const verify: AwsOperation = async (call) => {
  const signature = blob(call.input, 'Signature', CIPHERTEXT)
  const { key, algorithm, item, request } = await ask(call, 'Verify')
  const { value } = await useKey(call, VERIFY, { ...item, signature }, request)
  // AWS has no answer that says "false".
  if (!value.valid) throw new AwsError('KMSInvalidSignatureException', '')
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm }
}

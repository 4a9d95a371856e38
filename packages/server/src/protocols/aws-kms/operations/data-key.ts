import * as core from '@claviger/core'
import { readRecipient } from '../attestation/recipient.ts'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { writeBlob } from '../ciphertext-blob.ts'
import { readContext } from '../encryption-context.ts'
import { validation } from '../error.ts'
import { keyMaterialId } from '../key-material-id.ts'
import { resolveKey } from '../key-reference.ts'
import { flag, grantTokens, type Input, optionalInteger, optionalOneOf } from '../members.ts'
import { hasRecipient, secretMembers } from '../secret-members.ts'
import { ruled, useKey, type UseRules } from '../use-key.ts'

const BYTES = { min: 1, max: 1_024 }
const SPECS = ['AES_128', 'AES_256'] as const

// `check` is AWS's alone: it makes data keys of one byte too, where the domain wants sixteen.
const { check: _own, ...generateDataKeyOfAnyLength } = core.generateDataKey
const GENERATE = ruled<core.DataKeyItem, core.DataKey>(generateDataKeyOfAnyLength)

export const generateDataKey: AwsOperation = (call) => make(call, false)
export const generateDataKeyWithoutPlaintext: AwsOperation = (call) => make(call, true)

async function make(
  call: AwsCall,
  withoutPlaintext: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const { input } = call
  const lengthBytes = readLength(input)
  const { context, aad } = readContext(input, 'EncryptionContext')
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const recipient = !withoutPlaintext && hasRecipient(input) ? await readRecipient(call) : undefined
  const key = await resolveKey(call, input['KeyId'])
  const action = withoutPlaintext ? 'GenerateDataKeyWithoutPlaintext' : 'GenerateDataKey'
  const request = await authorized(call, {
    action: `kms:${action}`,
    key,
    ...(context !== undefined && { encryptionContext: context }),
    grantTokens: tokens,
    conditions: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT', ...recipient?.conditions },
    told: recipient?.told,
  })
  const rules: UseRules = {
    key,
    call,
    usage: 'ENCRYPT_DECRYPT',
    algorithm: 'SYMMETRIC_DEFAULT',
    dryRun,
  }
  const item = { lengthBytes, aad, mechanism: 'aes-gcm' as const, withoutPlaintext, rules }
  const { value, key: used } = await useKey(call, GENERATE, item, request)
  return {
    CiphertextBlob: writeBlob('data-key', used, value),
    ...(value.plaintext !== undefined &&
      (await secretMembers(recipient, 'Plaintext', value.plaintext))),
    KeyId: key.arn,
    KeyMaterialId: keyMaterialId(call.ports.crypto, key.id, value.version),
  }
}

/** One of the two, and not both. */
function readLength(input: Input): number {
  const spec = optionalOneOf(input, 'KeySpec', SPECS)
  const length = optionalInteger(input, 'NumberOfBytes', BYTES)
  if ((spec === undefined) === (length === undefined)) {
    throw validation('Please specify either number of bytes or key spec.')
  }
  return length ?? (spec === 'AES_128' ? 16 : 32)
}

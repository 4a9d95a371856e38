import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsOperation } from '../call.ts'
import { writeBlob } from '../ciphertext-blob.ts'
import { readContext } from '../encryption-context.ts'
import { resolveKey } from '../key-reference.ts'
import { blob, flag, grantTokens, optionalOneOf, PLAINTEXT } from '../members.ts'
import {
  assertFits,
  ENCRYPTION_NAMES,
  type EncryptionName,
  encryptionMechanism,
} from '../encryption.ts'
import { ruled, useKey, type UseRules } from '../use-key.ts'

const ENCRYPT = ruled(core.encrypt)

export const encrypt: AwsOperation = async (call) => {
  const { input } = call
  const plaintext = blob(input, 'Plaintext', PLAINTEXT)
  const { context, aad } = readContext(input, 'EncryptionContext')
  const algorithm: EncryptionName =
    optionalOneOf(input, 'EncryptionAlgorithm', ENCRYPTION_NAMES) ?? 'SYMMETRIC_DEFAULT'
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const key = await resolveKey(call, input['KeyId'])
  const request = await authorized(call, {
    action: 'kms:Encrypt',
    key,
    ...(context !== undefined && { encryptionContext: context }),
    grantTokens: tokens,
    conditions: { 'kms:EncryptionAlgorithm': algorithm },
  })
  const rules: UseRules = {
    key,
    call,
    usage: 'ENCRYPT_DECRYPT',
    algorithm,
    dryRun,
    check: (used) => assertFits(algorithm, used, plaintext.length, context),
  }
  const mechanism = encryptionMechanism(algorithm)
  const item = { plaintext, aad, mechanism, rules }
  try {
    const { value, key: used } = await useKey(call, ENCRYPT, item, request)
    return {
      CiphertextBlob:
        algorithm === 'SYMMETRIC_DEFAULT'
          ? writeBlob('ciphertext', used, value)
          : encodeBase64(value.ciphertext),
      KeyId: key.arn,
      EncryptionAlgorithm: algorithm,
    }
  } finally {
    plaintext.fill(0)
  }
}

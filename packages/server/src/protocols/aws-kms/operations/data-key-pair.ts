import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { readRecipient } from '../attestation/recipient.ts'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { writeBlob } from '../ciphertext-blob.ts'
import { readContext } from '../encryption-context.ts'
import { AwsError } from '../error.ts'
import { keyMaterialId } from '../key-material-id.ts'
import { resolveKey } from '../key-reference.ts'
import { AWS_KEY_SPECS } from '../key-spec.ts'
import { flag, grantTokens, oneOf } from '../members.ts'
import { hasRecipient, secretMembers } from '../secret-members.ts'
import { ruled, useKey, type UseRules } from '../use-key.ts'

/** In AWS's order, as its message names the set. */
const PAIR_SPECS = [
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  'ECC_SECG_P256K1',
  'SM2',
  'ECC_NIST_EDWARDS25519',
  'ML_KEM_512',
  'ML_KEM_768',
  'ML_KEM_1024',
] as const

const GENERATE = ruled(core.generateDataKeyPair)

export const generateDataKeyPair: AwsOperation = (call) => make(call, false)
export const generateDataKeyPairWithoutPlaintext: AwsOperation = (call) => make(call, true)

async function make(
  call: AwsCall,
  withoutPlaintext: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const { input } = call
  const pairSpec = oneOf(input, 'KeyPairSpec', PAIR_SPECS)
  const { context, aad } = readContext(input, 'EncryptionContext')
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const recipient = !withoutPlaintext && hasRecipient(input) ? await readRecipient(call) : undefined
  const key = await resolveKey(call, input['KeyId'])
  const action = withoutPlaintext ? 'GenerateDataKeyPairWithoutPlaintext' : 'GenerateDataKeyPair'
  const request = await authorized(call, {
    action: `kms:${action}`,
    key,
    ...(context !== undefined && { encryptionContext: context }),
    grantTokens: tokens,
    conditions: {
      'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
      'kms:DataKeyPairSpec': pairSpec,
      ...recipient?.conditions,
    },
    told: recipient?.told,
  })
  if (pairSpec === 'SM2') {
    throw new AwsError('UnsupportedOperationException', 'SM2 is supported in China Regions only.')
  }
  const rules: UseRules = {
    key,
    call,
    usage: 'ENCRYPT_DECRYPT',
    algorithm: 'SYMMETRIC_DEFAULT',
    dryRun,
  }
  const { spec } = AWS_KEY_SPECS[pairSpec]
  const item = { spec, aad, mechanism: 'aes-gcm' as const, withoutPlaintext, rules }
  const { value, key: used } = await useKey(call, GENERATE, item, request)
  return {
    PrivateKeyCiphertextBlob: writeBlob('data-key', used, value),
    ...(value.plaintext !== undefined &&
      (await secretMembers(recipient, 'PrivateKeyPlaintext', value.plaintext))),
    PublicKey: encodeBase64(value.publicKey),
    KeyId: key.arn,
    KeyPairSpec: pairSpec,
    KeyMaterialId: keyMaterialId(call.ports.crypto, key.id, value.version),
  }
}

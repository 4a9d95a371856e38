import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { invalidCiphertext } from '../ciphertext-blob.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { blob, CIPHERTEXT, flag, grantTokens, oneOf } from '../members.ts'
import { secretMembers } from '../secret-members.ts'
import { ruled, useKey, type UseRules } from '../use-key.ts'

const ENCAPSULATE = ruled(core.encapsulate)
const DECAPSULATE = ruled(core.decapsulate)

interface Asked {
  readonly key: AwsKey
  readonly algorithm: 'ML_KEM'
  readonly rules: UseRules
  readonly request: core.RequestContext
}

async function ask(call: AwsCall, action: 'Encapsulate' | 'Decapsulate'): Promise<Asked> {
  const { input } = call
  const algorithm = oneOf(input, 'EncapsulationAlgorithm', ['ML_KEM'])
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const key = await resolveKey(call, input['KeyId'])
  const request = await authorized(call, {
    action: `kms:${action}`,
    key,
    grantTokens: tokens,
    conditions: { 'kms:EncapsulationAlgorithm': algorithm },
  })
  const usage = 'ENCAPSULATE_DECAPSULATE'
  const wrongInput = invalidCiphertext
  return { key, algorithm, rules: { key, call, usage, algorithm, dryRun, wrongInput }, request }
}

export const encapsulate: AwsOperation = async (call) => {
  const { key, algorithm, rules, request } = await ask(call, 'Encapsulate')
  const { value } = await useKey(call, ENCAPSULATE, { mechanism: 'ml-kem', rules }, request)
  return {
    KeyId: key.arn,
    ...(await secretMembers(undefined, 'SharedSecret', value.sharedSecret)),
    SharedSecretCiphertextBlob: encodeBase64(value.ciphertext),
    EncapsulationAlgorithm: algorithm,
  }
}

/** A wrong ciphertext of the right length gives a wrong secret and no error (FIPS 203 §6.3). */
export const decapsulate: AwsOperation = async (call) => {
  const ciphertext = blob(call.input, 'SharedSecretCiphertextBlob', CIPHERTEXT)
  const { key, algorithm, rules, request } = await ask(call, 'Decapsulate')
  const item = { ciphertext, mechanism: 'ml-kem' as const, rules }
  const { value } = await useKey(call, DECAPSULATE, item, request)
  return {
    KeyId: key.arn,
    ...(await secretMembers(undefined, 'SharedSecret', value.sharedSecret)),
    EncapsulationAlgorithm: algorithm,
  }
}

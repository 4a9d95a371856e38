import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError } from '../error.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { MAC_ALGORITHMS } from '../key-spec.ts'
import { blob, CIPHERTEXT, flag, grantTokens, oneOf, PLAINTEXT } from '../members.ts'
import { type Ruled, ruled, useKey, type UseRules } from '../use-key.ts'

type MacName = keyof typeof MAC_ALGORITHMS
const MAC_NAMES = Object.keys(MAC_ALGORITHMS) as readonly MacName[]

const MAC = ruled(core.mac)
const VERIFY_MAC = ruled(core.verifyMac)

interface Asked {
  readonly key: AwsKey
  readonly algorithm: MacName
  readonly item: Ruled<core.MacItem>
  readonly request: core.RequestContext
}

async function ask(call: AwsCall, action: 'GenerateMac' | 'VerifyMac'): Promise<Asked> {
  const { input } = call
  const message = blob(input, 'Message', PLAINTEXT)
  const algorithm = oneOf(input, 'MacAlgorithm', MAC_NAMES)
  const tokens = grantTokens(input)
  const dryRun = flag(input, 'DryRun')
  const key = await resolveKey(call, input['KeyId'])
  const request = await authorized(call, {
    action: `kms:${action}`,
    key,
    grantTokens: tokens,
    conditions: { 'kms:MacAlgorithm': algorithm },
  })
  const rules: UseRules = { key, call, usage: 'GENERATE_VERIFY_MAC', algorithm, dryRun }
  return { key, algorithm, item: { message, mechanism: MAC_ALGORITHMS[algorithm], rules }, request }
}

export const generateMac: AwsOperation = async (call) => {
  const { key, algorithm, item, request } = await ask(call, 'GenerateMac')
  const { value } = await useKey(call, MAC, item, request)
  return { KeyId: key.arn, Mac: encodeBase64(value.mac), MacAlgorithm: algorithm }
}

export const verifyMac: AwsOperation = async (call) => {
  const mac = blob(call.input, 'Mac', CIPHERTEXT)
  const { key, algorithm, item, request } = await ask(call, 'VerifyMac')
  const { value } = await useKey(call, VERIFY_MAC, { ...item, mac }, request)
  // AWS has no answer that says "false".
  if (!value.valid) throw new AwsError('KMSInvalidMacException', '')
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: algorithm }
}

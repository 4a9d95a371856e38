import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError } from '../error.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { type AwsKeyWords, awsWordsOf, type KeyUsage } from '../key-spec.ts'
import { grantTokens } from '../members.ts'
import { assertEnabledOrDisabled } from '../use-key.ts'

/** The member that lists the algorithms, by usage. */
const ALGORITHMS: Partial<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  ENCAPSULATE_DECAPSULATE: 'EncapsulationAlgorithms',
}

export const getPublicKey: AwsOperation = async (call) => {
  const { input, ports, session } = call
  const tokens = grantTokens(input)
  const key = await resolveKey(call, input['KeyId'])
  const request = await authorized(call, { action: 'kms:GetPublicKey', key, grantTokens: tokens })
  const asked = { key: key.id }
  const { output } = await ports.keeper
    .execute(session, core.publicKey, asked, request)
    .catch((error: unknown) => refuse(error, key))
  const { keySpec, keyUsage, algorithms } = await wordsOf(call, key)
  const list = ALGORITHMS[keyUsage]
  return {
    KeyId: key.arn,
    PublicKey: encodeBase64(output.publicKey),
    CustomerMasterKeySpec: keySpec,
    KeySpec: keySpec,
    KeyUsage: keyUsage,
    ...(list !== undefined && { [list]: algorithms }),
  }
}

/** The key's words, once it is known that its state lets the public half out. */
async function wordsOf({ ports, session }: AwsCall, named: AwsKey): Promise<AwsKeyWords> {
  const { id, arn } = named
  const loaded =
    ports.keeper.keys.peek(session.tenant, id) ?? (await ports.keeper.keys.load(session.tenant, id))
  if (loaded !== undefined) assertEnabledOrDisabled(named, loaded.key, ports.now())
  const words = loaded && awsWordsOf(loaded.key)
  if (words !== undefined) return words
  throw new AwsError('UnsupportedOperationException', `${arn} has no key spec of AWS's.`)
}

function refuse(error: unknown, { arn }: AwsKey): never {
  if (!core.isKeeperError(error) || error.code !== 'wrong-usage') throw error
  throw new AwsError(
    'UnsupportedOperationException',
    `${arn} is not an asymmetric key, which is not valid for GetPublicKey.`,
  )
}

import { random } from '@claviger/core'
import { readRecipient } from '../attestation/recipient.ts'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError, validation } from '../error.ts'
import { findKeyStore, keyStoreNotFound } from '../key-store/change.ts'
import { optionalInteger, optionalText } from '../members.ts'
import { thenAssert } from '../permitted.ts'
import { hasRecipient, secretMembers } from '../secret-members.ts'

const BYTES = { min: 1, max: 1_024 }
const STORE_ID = { min: 1, max: 64 }

export const generateRandom: AwsOperation = async (call) => {
  const { input, ports, session } = call
  const lengthBytes = optionalInteger(input, 'NumberOfBytes', BYTES)
  const store = optionalText(input, 'CustomKeyStoreId', STORE_ID)
  const recipient = hasRecipient(input) ? await readRecipient(call) : undefined
  if (lengthBytes === undefined) throw validation('NumberOfBytes is required.')
  const request = await authorized(call, {
    action: 'kms:GenerateRandom',
    ...(recipient !== undefined && { conditions: recipient.conditions, told: recipient.told }),
  })
  const refusal = store === undefined ? undefined : await storeRefusal(call, store)
  const asserted = thenAssert(request, () => {
    if (refusal !== undefined) throw refusal
  })
  const { output } = await ports.keeper.execute(session, random, { lengthBytes }, asserted)
  return secretMembers(recipient, 'Plaintext', output.random)
}

/** API reference, GenerateRandom: only a CloudHSM cluster makes random bytes, and the keeper has none. */
async function storeRefusal(call: AwsCall, id: string): Promise<AwsError> {
  if ((await findKeyStore(call, id)) === undefined) return keyStoreNotFound(id)
  return new AwsError(
    'UnsupportedOperationException',
    'GenerateRandom is not supported for external key stores.',
  )
}

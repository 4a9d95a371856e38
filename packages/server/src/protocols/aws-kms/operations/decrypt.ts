import * as core from '@claviger/core'
import { readRecipient } from '../attestation/recipient.ts'
import { authorized } from '../authorization.ts'
import type { AwsOperation } from '../call.ts'
import { invalidCiphertext } from '../ciphertext-blob.ts'
import { ENCRYPTION_NAMES, type EncryptionName } from '../encryption.ts'
import { readContext } from '../encryption-context.ts'
import { keyMaterialId } from '../key-material-id.ts'
import { flag, grantTokens, optionalOneOf } from '../members.ts'
import { assertReadable, decryptItems, findKey, readCiphertext } from '../opened-ciphertext.ts'
import { hasRecipient, secretMembers } from '../secret-members.ts'
import { ruled, useKeyOnAny, type UseRules } from '../use-key.ts'

/** A dry run is told of a ciphertext that cannot be read, and of nothing that is in it. */
const DECRYPT = ruled(core.decrypt, async (use, item) => {
  if (item.rules.withoutInput === true) return
  const plaintext = await core.openCiphertext(use, item)
  plaintext.fill(0)
})

export const decrypt: AwsOperation = async (call) => {
  const { input } = call
  const dryRun = flag(input, 'DryRun')
  const blob = readCiphertext(input, dryRun)
  const { context, aad } = readContext(input, 'EncryptionContext')
  const algorithm: EncryptionName =
    optionalOneOf(input, 'EncryptionAlgorithm', ENCRYPTION_NAMES) ?? 'SYMMETRIC_DEFAULT'
  const tokens = grantTokens(input)
  const recipient = hasRecipient(input) ? await readRecipient(call) : undefined
  const given = await findKey(call, blob, input['KeyId'], algorithm)
  const { key } = given
  const request = await authorized(call, {
    action: 'kms:Decrypt',
    key,
    ...(context !== undefined && { encryptionContext: context }),
    grantTokens: tokens,
    conditions: { 'kms:EncryptionAlgorithm': algorithm, ...recipient?.conditions },
    told: recipient?.told,
  })
  const rules: UseRules = {
    key,
    call,
    usage: 'ENCRYPT_DECRYPT',
    algorithm,
    dryRun,
    withoutInput: blob === undefined,
    check: () => assertReadable(given, context),
    wrongInput: invalidCiphertext,
  }
  const items = (await decryptItems(call, given, aad)).map((item) => ({ ...item, rules }))
  const { value } = await useKeyOnAny(call, DECRYPT, items, rules, request)
  const { version } = value
  return {
    KeyId: key.arn,
    ...(await secretMembers(recipient, 'Plaintext', value.plaintext)),
    EncryptionAlgorithm: algorithm,
    ...(algorithm === 'SYMMETRIC_DEFAULT' && {
      KeyMaterialId: keyMaterialId(call.ports.crypto, key.id, version),
    }),
  }
}

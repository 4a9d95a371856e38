import { encodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { invalidCiphertext, writeBlob } from '../ciphertext-blob.ts'
import { ENCRYPTION_NAMES, type EncryptionName, encryptionMechanism } from '../encryption.ts'
import { type GivenContext, readContext } from '../encryption-context.ts'
import { keyMaterialId } from '../key-material-id.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { flag, grantTokens, type Input, optionalOneOf } from '../members.ts'
import {
  assertReadable,
  decryptItems,
  findKey,
  type GivenCiphertext,
  readCiphertext,
} from '../opened-ciphertext.ts'
import { assertDestination } from '../re-encrypt-destination.ts'
import { ruled, useKeyOnAny, type UseRules } from '../use-key.ts'

/** A dry run asks for both keys too, and opens what is to be read. */
const RE_ENCRYPT = ruled(core.reEncrypt, async (use, item) => {
  if (item.rules.withoutInput === true) return
  const plaintext = await core.openCiphertext(use, item)
  plaintext.fill(0)
})
const NO_AAD = new Uint8Array(0)

/** Both ends of a call, found but not yet authorized. */
interface Ends {
  readonly source: GivenCiphertext
  readonly from: GivenContext
  readonly destination: AwsKey
  readonly algorithm: EncryptionName
  readonly to: GivenContext
}

export const reEncrypt: AwsOperation = async (call) => {
  const { input } = call
  const dryRun = flag(input, 'DryRun')
  const ends = await readEnds(call, dryRun)
  const { source, from, destination, algorithm, to } = ends
  const request = await authorizeBoth(call, ends)
  const target = await loaded(call, destination)
  const rules: UseRules = {
    key: source.key,
    call,
    usage: 'ENCRYPT_DECRYPT',
    algorithm: source.algorithm,
    dryRun,
    withoutInput: source.blob === undefined,
    check: () => {
      assertReadable(source, from.context)
      assertDestination(call, ends, target)
    },
    wrongInput: invalidCiphertext,
  }
  const items = (await decryptItems(call, source, from.aad)).map((item) => ({
    ...item,
    destination: destination.id,
    destinationMechanism: encryptionMechanism(algorithm),
    // An absent context is no context, and not the source's.
    destinationAad: to.aad ?? NO_AAD,
    rules,
  }))
  const { value } = await useKeyOnAny(call, RE_ENCRYPT, items, rules, request)
  const { crypto } = call.ports
  const { key, sourceVersion, version } = value
  return {
    CiphertextBlob:
      algorithm === 'SYMMETRIC_DEFAULT'
        ? writeBlob('ciphertext', target, value)
        : encodeBase64(value.ciphertext),
    SourceKeyId: source.key.arn,
    KeyId: destination.arn,
    SourceEncryptionAlgorithm: source.algorithm,
    DestinationEncryptionAlgorithm: algorithm,
    ...(source.algorithm === 'SYMMETRIC_DEFAULT' && {
      SourceKeyMaterialId: keyMaterialId(crypto, source.key.id, sourceVersion),
    }),
    ...(algorithm === 'SYMMETRIC_DEFAULT' && {
      DestinationKeyMaterialId: keyMaterialId(crypto, key, version),
    }),
  }
}

async function readEnds(call: AwsCall, dryRun: boolean): Promise<Ends> {
  const { input } = call
  const blob = readCiphertext(input, dryRun)
  const from = readContext(input, 'SourceEncryptionContext')
  const to = readContext(input, 'DestinationEncryptionContext')
  const sourceAlgorithm = encryptionName(input, 'SourceEncryptionAlgorithm')
  const algorithm = encryptionName(input, 'DestinationEncryptionAlgorithm')
  grantTokens(input)
  const source = await findKey(call, blob, input['SourceKeyId'], sourceAlgorithm)
  const destination = await resolveKey(call, input['DestinationKeyId'])
  return { source, from, destination, algorithm, to }
}

function encryptionName(input: Input, name: string): EncryptionName {
  return optionalOneOf(input, name, ENCRYPTION_NAMES) ?? 'SYMMETRIC_DEFAULT'
}

/** `kms:ReEncryptFrom` on the one key and `kms:ReEncryptTo` on the other; the domain asks for both. */
async function authorizeBoth(
  call: AwsCall,
  { source, from, destination, algorithm, to }: Ends,
): Promise<core.RequestContext> {
  const tokens = grantTokens(call.input)
  const same = { 'kms:ReEncryptOnSameKey': String(source.key.id === destination.id) }
  const reading = await authorized(call, {
    action: 'kms:ReEncryptFrom',
    key: source.key,
    ...(from.context !== undefined && { encryptionContext: from.context }),
    grantTokens: tokens,
    conditions: { ...same, 'kms:EncryptionAlgorithm': source.algorithm },
  })
  const writing = await authorized(call, {
    action: 'kms:ReEncryptTo',
    key: destination,
    ...(to.context !== undefined && { encryptionContext: to.context }),
    grantTokens: tokens,
    conditions: { ...same, 'kms:EncryptionAlgorithm': algorithm },
  })
  return {
    ...reading,
    narrow: (action, resource) => {
      const side = action === 'key.re-encrypt-to' ? writing : reading
      return side.narrow?.(action, resource) ?? []
    },
  }
}

async function loaded({ ports, session }: AwsCall, { id, arn }: AwsKey): Promise<core.Key> {
  const { keys } = ports.keeper
  const found = keys.peek(session.tenant, id) ?? (await keys.load(session.tenant, id))
  if (found !== undefined) return found.key
  throw new core.KeeperError('not-found', `Key '${arn}' does not exist`)
}

import { encodeHex } from '@claviger/bytes'
import * as core from '@claviger/core'
import { authorized, type AwsAuthorization } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { documentPut } from '../document-change.ts'
import { AwsError, validation } from '../error.ts'
import type { KeyDocument } from '../key-document.ts'
import { keyMetadata } from '../key-metadata.ts'
import { keyStoreNotFound } from '../key-store/change.ts'
import { externalKey } from '../key-store/external-key.ts'
import { inWordsOfKeyStores } from '../key-store/words.ts'
import { keyArn, keyByCoreId } from '../key-reference.ts'
import {
  AWS_KEY_SPEC_NAMES,
  type AwsKeySpec,
  coreRequestOf,
  KEY_USAGES,
  type KeyUsage,
  specFactsOf,
} from '../key-spec.ts'
import { readKeyPolicy } from '../key-policy-input.ts'
import { flag, type Input, optionalOneOf, optionalText } from '../members.ts'
import { thenAssert } from '../permitted.ts'
import { readTags, type Tag } from '../tags.ts'

const ORIGINS = ['AWS_KMS', 'EXTERNAL', 'AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] as const
type Origin = (typeof ORIGINS)[number]

export const DESCRIPTION = { min: 0, max: 8_192 }
const KEY_STORE_ID = { min: 1, max: 64 }
const XKS_KEY_ID = { min: 1, max: 128 }
const NAME_BYTES = 8

/** What CreateKey asks for, once its members fit together. */
export interface KeyWish {
  readonly keySpec: AwsKeySpec
  readonly keyUsage: KeyUsage
  readonly origin: Origin
  readonly multiRegion: boolean
  readonly description: string
  readonly tags: readonly Tag[]
  readonly policy: string | undefined
  readonly customKeyStoreId: string | undefined
  readonly xksKeyId: string | undefined
}

export const createKey: AwsOperation = async (call) => {
  const wish = readWish(call.input)
  const { policy, check } = await readKeyPolicy(call)
  const also = wish.tags.length === 0 ? [] : [tagging(call, call.region)]
  const request = thenAssert(await authorized(call, { action: 'kms:CreateKey', also }), check)
  const id = await make(call, { ...wish, policy }, request)
  return { KeyMetadata: await keyMetadata(call, await keyByCoreId(call, call.region, id)) }
}

/**
 * API reference, CreateKey and ReplicateKey, `Tags`: kms:TagResource too, in an identity policy. The id of a key
 * that is yet to be is nobody's to name.
 */
export const tagging = (call: AwsCall, region: string): AwsAuthorization => ({
  action: 'kms:TagResource',
  resource: keyArn(call, region, '*'),
  conditions: { 'aws:RequestedRegion': region },
})

function make(call: AwsCall, wish: KeyWish, request: core.RequestContext): Promise<core.KeyId> {
  switch (wish.origin) {
    case 'AWS_KMS':
      return makeHere(call, wish, request)
    case 'EXTERNAL':
      return makeHere(call, wish, request, { material: 'awaited' })
    case 'EXTERNAL_KEY_STORE':
      return makeElsewhere(call, wish, request)
    case 'AWS_CLOUDHSM':
      throw keyStoreNotFound(wish.customKeyStoreId ?? '')
  }
}

/** A key that stands for one in an external key store. */
async function makeElsewhere(
  call: AwsCall,
  wish: KeyWish,
  request: core.RequestContext,
): Promise<core.KeyId> {
  const { customKeyStoreId = '', xksKeyId = '' } = wish
  const external = await externalKey(call, customKeyStoreId, xksKeyId, request)
  const { more, beside, claim } = external
  try {
    return await makeHere(call, wish, external.request, more, { beside, claims: [claim] })
  } catch (error) {
    throw inWordsOfKeyStores(error, 'createKey')
  }
}

/** What is kept with a key in the same unit of work: more of its document, and records of its own. */
interface MadeBeside {
  readonly beside?: KeyDocument['more']
  readonly claims?: readonly core.AttachmentChange[]
}

/** The key and what AWS says of it, in one unit of work. `more` is what the custody needs to know. */
export async function makeHere(
  call: AwsCall,
  wish: KeyWish,
  request: core.RequestContext,
  more: Pick<core.CreateKeyInput, 'material' | 'place' | 'mechanisms'> = {},
  { beside, claims = [] }: MadeBeside = {},
): Promise<core.KeyId> {
  const { keeper, crypto } = call.ports
  const { output } = await keeper.execute(
    call.session,
    core.createKey,
    {
      name: `aws-kms-${encodeHex(crypto.randomBytes(NAME_BYTES))}`,
      ...coreRequestOf(wish.keySpec, wish.keyUsage),
      ...(fitsTheKeeper(wish.description) && { description: wish.description }),
      ...more,
    },
    request,
    {
      attachments: ({ key }) => ({
        key: key.id,
        changes: [
          documentPut(key.id, documentFor(call, wish, key.createdAt, beside), 0),
          ...claims,
        ],
      }),
    },
  )
  return output.key.id
}

function documentFor(
  { region }: AwsCall,
  wish: KeyWish,
  createdAt: number,
  more: KeyDocument['more'],
): KeyDocument {
  const { policy, description, multiRegion, tags, origin } = wish
  return {
    region,
    ...(policy !== undefined && { policy }),
    // One text for every door, where the keeper can hold it and it is not of one region of several.
    ...((multiRegion || !fitsTheKeeper(description)) && { description }),
    tags,
    ...(multiRegion && { multiRegion: { primary: region } }),
    origin,
    createdAt,
    ...(more !== undefined && { more }),
  }
}

/** AWS takes longer descriptions than the keeper, and any characters in them. */
export function fitsTheKeeper(description: string): boolean {
  try {
    core.parseDescription(description)
    return true
  } catch {
    return false
  }
}

function readWish(input: Input): KeyWish {
  const description = optionalText(input, 'Description', DESCRIPTION) ?? ''
  const usage = optionalOneOf(input, 'KeyUsage', KEY_USAGES)
  const keySpec = readKeySpec(input)
  const origin = optionalOneOf(input, 'Origin', ORIGINS) ?? 'AWS_KMS'
  const customKeyStoreId = optionalText(input, 'CustomKeyStoreId', KEY_STORE_ID)
  const xksKeyId = optionalText(input, 'XksKeyId', XKS_KEY_ID)
  const tags = readTags(input) ?? []
  const multiRegion = flag(input, 'MultiRegion')
  const keyUsage = usageOf(keySpec, usage)
  const wish = { keySpec, keyUsage, origin, multiRegion, description, tags, policy: undefined }
  assertOrigin({ ...wish, customKeyStoreId, xksKeyId })
  return { ...wish, customKeyStoreId, xksKeyId }
}

function readKeySpec(input: Input): AwsKeySpec {
  // SM2 is a word of the model everywhere, and a key in China only.
  const known = [...AWS_KEY_SPEC_NAMES, 'SM2'] as const
  const keySpec = optionalOneOf(input, 'KeySpec', known)
  const older = optionalOneOf(input, 'CustomerMasterKeySpec', known)
  if (keySpec !== undefined && older !== undefined) {
    throw validation(
      'You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.',
    )
  }
  const spec = keySpec ?? older ?? 'SYMMETRIC_DEFAULT'
  if (spec !== 'SM2') return spec
  throw new AwsError(
    'UnsupportedOperationException',
    'SM2 keys are supported in the China Regions only.',
  )
}

function usageOf(keySpec: AwsKeySpec, asked: KeyUsage | undefined): KeyUsage {
  const { usages, usageOptional } = specFactsOf(keySpec)
  if (asked === undefined) {
    if (usageOptional === true) return 'ENCRYPT_DECRYPT'
    throw validation(
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    )
  }
  if (usages[asked] !== undefined) return asked
  throw validation(`KeyUsage ${asked} is not compatible with KeySpec ${keySpec}`)
}

/** Which members go with which origin: API reference, CreateKey, `Origin` and `CustomKeyStoreId`. */
function assertOrigin({ origin, keySpec, multiRegion, customKeyStoreId, xksKeyId }: KeyWish): void {
  const inStore = origin === 'AWS_CLOUDHSM' || origin === 'EXTERNAL_KEY_STORE'
  if (!inStore && customKeyStoreId !== undefined) {
    throw validation(`CustomKeyStoreId is not valid for a KMS key with Origin ${origin}`)
  }
  if (origin !== 'EXTERNAL_KEY_STORE' && xksKeyId !== undefined) {
    throw validation('XksKeyId is valid only for KMS keys with Origin EXTERNAL_KEY_STORE')
  }
  if (!inStore) return
  if (customKeyStoreId === undefined) {
    throw validation(`CustomKeyStoreId is required for a KMS key with Origin ${origin}`)
  }
  if (origin === 'EXTERNAL_KEY_STORE' && xksKeyId === undefined) {
    throw validation('XksKeyId is required for a KMS key with Origin EXTERNAL_KEY_STORE')
  }
  if (keySpec !== 'SYMMETRIC_DEFAULT' || multiRegion) {
    throw new AwsError(
      'UnsupportedOperationException',
      'A custom key store holds symmetric encryption keys of one Region only.',
    )
  }
}

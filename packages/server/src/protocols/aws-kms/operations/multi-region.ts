import * as core from '@claviger/core'
import type { AwsAuthorization } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { documentPut } from '../document-change.ts'
import { AwsError, notFound, validation } from '../error.ts'
import { documentOf, type KeyDocument, keyDocumentName } from '../key-document.ts'
import { keyMetadata } from '../key-metadata.ts'
import { readKeyPolicy, shownPolicy } from '../key-policy-input.ts'
import { type AwsKey, keyArn, keyByCoreId, resolveKey } from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import { assertEnabled, assertNotDeleting, regionsOf, statusOf, wrongState } from '../key-status.ts'
import { type Input, optionalText } from '../members.ts'
import { permitted } from '../permitted.ts'
import { readTags } from '../tags.ts'
import { patterned, REGION, text } from '../validation.ts'
import { DESCRIPTION, tagging } from './create-key.ts'

const REGION_LENGTH = { min: 1, max: 32 }

/** The regions are names that the keeper's own callers choose: any that looks like one will do. */
const readRegion = (input: Input, name: string): string =>
  patterned(name, text(input, name, REGION_LENGTH), REGION)

function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperationException', message)
}

function assertPrimary({ arn, region, document: { multiRegion } }: AwsKey): void {
  if (multiRegion === undefined) throw unsupported(`${arn} is not a multi-Region key.`)
  if (multiRegion.primary === region) return
  throw unsupported(`${arn} is a replica key; call this operation on its primary key.`)
}

/** The same key in one more region, with policy, tags and description of its own. */
export const replicateKey: AwsOperation = async (call) => {
  const { input } = call
  const region = readRegion(input, 'ReplicaRegion')
  const description = optionalText(input, 'Description', DESCRIPTION) ?? ''
  const tags = readTags(input) ?? []
  const there = { ...call, region }
  const { policy, check } = await readKeyPolicy(there)
  const key = await resolveKey(call, input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key, {
    also: [
      await makingReplica(call, key, region),
      ...(tags.length === 0 ? [] : [tagging(call, region)]),
    ],
    assert: (status) => {
      assertPrimary(key)
      assertNotDeleting(key, status)
      if (status.state === 'Disabled') throw wrongState(key.arn, status.state)
      check()
    },
  })
  const { origin, multiRegion } = key.document
  await addReplica(call, key, request, {
    region,
    ...(policy !== undefined && { policy }),
    description,
    tags,
    ...(multiRegion !== undefined && { multiRegion }),
    origin,
    createdAt: call.ports.now(),
  })
  const replica = await keyByCoreId(there, region, key.id)
  return {
    ReplicaKeyMetadata: await keyMetadata(there, replica),
    ReplicaPolicy: shownPolicy(there, replica.document),
    ReplicaTags: tags,
  }
}

/** API reference, ReplicateKey: kms:CreateKey in the replica's Region too, of a key that is what the primary is. */
async function makingReplica(
  call: AwsCall,
  key: AwsKey,
  region: string,
): Promise<AwsAuthorization> {
  const { loaded } = await statusOf(call, key)
  const { keySpec = '', keyUsage = '' } = awsWordsOf(loaded.key) ?? {}
  return {
    action: 'kms:CreateKey',
    conditions: {
      'aws:RequestedRegion': region,
      'kms:KeySpec': keySpec,
      'kms:KeyUsage': keyUsage,
      'kms:KeyOrigin': key.document.origin,
      'kms:MultiRegion': 'true',
      'kms:MultiRegionKeyType': 'REPLICA',
    },
  }
}

async function addReplica(
  call: AwsCall,
  key: AwsKey,
  request: core.RequestContext,
  document: KeyDocument,
): Promise<void> {
  const { region } = document
  await call.ports.keeper.execute(
    call.session,
    core.attachToKey<undefined>(),
    {
      key: key.id,
      details: { aws: call.action, region },
      compute: async (attachments) => {
        const name = keyDocumentName(region, key.id)
        const stored = await attachments.get(call.session.tenant, name)
        // A replica that was deleted there may be made anew.
        const gone = stored === undefined ? undefined : documentOf(stored).deletionDate
        if (stored !== undefined && (gone === undefined || gone > call.ports.now())) {
          throw new AwsError(
            'AlreadyExistsException',
            `${keyArn(call, region, key.keyId)} already exists`,
          )
        }
        const change = documentPut(key.id, document, stored?.revision ?? 0)
        return { output: undefined, changes: [change] }
      },
    },
    request,
  )
}

/** The replica of another region becomes the primary, and this one a replica of it. */
export const updatePrimaryRegion: AwsOperation = async (call) => {
  const region = readRegion(call.input, 'PrimaryRegion')
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const next = await replicaIn(call, key, region)
  const { request } = await permitted(call, key, {
    // API reference, UpdatePrimaryRegion: on the primary, and on the replica that takes its place.
    also:
      next === undefined
        ? []
        : [
            {
              action: 'kms:UpdatePrimaryRegion',
              key: next,
              conditions: { 'aws:RequestedRegion': region },
            },
          ],
    assert: (status) => {
      assertPrimary(key)
      assertEnabled(key, status)
      if (region === key.region) {
        throw validation(`${key.arn} is the primary key of its Region ${region} already.`)
      }
    },
  })
  await call.ports.keeper.execute(
    call.session,
    core.attachToKey<undefined>(),
    {
      key: key.id,
      details: { aws: call.action, region },
      compute: async () => {
        const regions = await regionsOf(call, key.id)
        const next = regions.find(({ document }) => document.region === region)
        if (next === undefined) {
          throw notFound(`Key '${keyArn(call, region, key.keyId)}' does not exist`)
        }
        if (next.document.deletionDate !== undefined) {
          throw wrongState(keyArn(call, region, key.keyId), 'PendingDeletion')
        }
        const changes = regions.map(({ document, revision }) =>
          documentPut(key.id, { ...document, multiRegion: { primary: region } }, revision),
        )
        return { output: undefined, changes }
      },
    },
    request,
  )
  return {}
}

/** Undefined where there is none: it is told once the caller is known to be allowed to hear so. */
async function replicaIn(call: AwsCall, key: AwsKey, region: string): Promise<AwsKey | undefined> {
  if (region === key.region) return undefined
  try {
    return await keyByCoreId({ ...call, region }, region, key.id)
  } catch (error) {
    if (error instanceof AwsError && error.exception === 'NotFoundException') return undefined
    throw error
  }
}

import * as core from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { changeDocument } from '../document-change.ts'
import { keyMetadata } from '../key-metadata.ts'
import { type AwsKey, isGone, keyArn, keyIdOf, resolveKey } from '../key-reference.ts'
import { documentOf } from '../key-document.ts'
import { assertNotDeleting } from '../key-status.ts'
import { grantTokens } from '../members.ts'
import { pageEnd, type PageRequest, readPage } from '../paging.ts'
import { permitted } from '../permitted.ts'
import { text } from '../validation.ts'
import { DESCRIPTION, fitsTheKeeper } from './create-key.ts'

export const describeKey: AwsOperation = async (call) => {
  const tokens = grantTokens(call.input)
  const key = await resolveKey(call, call.input['KeyId'])
  const request = await authorized(call, {
    action: 'kms:DescribeKey',
    key,
    grantTokens: tokens,
  })
  await call.ports.keeper.execute(call.session, core.getKey, { key: key.id }, request)
  return { KeyMetadata: await keyMetadata(call, key) }
}

/** The keys of one region, oldest first: those made here, and in the home region those made elsewhere. */
export const listKeys: AwsOperation = async (call) => {
  const page = readPage(call.input, 'ListKeys', { limit: 100, limitMax: 1_000 })
  const request = await authorized(call, { action: 'kms:ListKeys' })
  const { keys, next } = await pageOfKeys(call, page, request)
  return {
    Keys: keys.map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })),
    ...pageEnd('ListKeys', next),
  }
}

/** Reads on until there is one more than asked for: what AWS does not show leaves gaps. */
async function pageOfKeys(
  call: AwsCall,
  { limit, after }: PageRequest,
  request: core.RequestContext,
): Promise<{ readonly keys: readonly Listed[]; readonly next?: string }> {
  const keys: Listed[] = []
  let from = after
  do {
    const { output } = await call.ports.keeper.execute(
      call.session,
      core.listKeys,
      {
        filters: {},
        limit: Math.min(limit + 1, core.LIST_MAX),
        ...(from !== undefined && { after: from }),
      },
      request,
    )
    for (const { key } of output.keys) {
      const listed = await shown(call, key)
      if (listed === undefined) continue
      const last = keys.at(-1)
      if (keys.length === limit && last !== undefined) return { keys, next: last.id }
      keys.push(listed)
    }
    from = output.next
  } while (from !== undefined)
  return { keys }
}

interface Listed {
  readonly id: core.KeyId
  readonly keyId: string
  readonly arn: string
}

async function shown(call: AwsCall, key: core.Key): Promise<Listed | undefined> {
  const { ports, session, region } = call
  const all = await ports.keeper.attachments.ofKey(session.tenant, key.id)
  const documents = all
    .filter(({ id: name }) => name.startsWith('aws-kms/key/'))
    .map((stored) => documentOf(stored))
  const own = documents.find((document) => document.region === region)
  if (own === undefined && (documents.length > 0 || region !== ports.homeRegion)) return undefined
  const document = own ?? { region, tags: [], origin: 'AWS_KMS' as const, createdAt: key.createdAt }
  if (isGone(key, document, ports.now())) return undefined
  const keyId = keyIdOf(key.id, document)
  return { id: key.id, keyId, arn: keyArn(call, region, keyId) }
}

export const updateKeyDescription: AwsOperation = async (call) => {
  const description = text(call.input, 'Description', DESCRIPTION)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key, {
    assert: (status) => assertNotDeleting(key, status),
  })
  await describe(call, key, description, request)
  return {}
}

async function describe(
  call: AwsCall,
  key: AwsKey,
  description: string,
  request: core.RequestContext,
): Promise<void> {
  const ofOneRegion = key.document.multiRegion !== undefined
  if (ofOneRegion || key.document.description !== undefined || !fitsTheKeeper(description)) {
    await changeDocument(call, key, request, (document) => ({ ...document, description }))
    return
  }
  const { keeper } = call.ports
  await keeper.execute(call.session, core.updateKey, { key: key.id, description }, request)
}

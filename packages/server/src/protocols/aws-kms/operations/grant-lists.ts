import { getKey, listKeys } from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError, validation } from '../error.ts'
import { type AwsKey, keyByCoreId, resolveKey } from '../key-reference.ts'
import { pageEnd, pageOf, type PageRequest, readPage } from '../paging.ts'
import { permitted } from '../permitted.ts'
import { type Grant, grantName } from '../policy/grant.ts'
import { readGrantId, readPrincipal, readService } from '../policy/grant-input.ts'
import { grantOf, keyRecords } from '../policy/key-rules.ts'
import { rootArn } from '../policy/principal.ts'
import { seconds } from '../validation.ts'

const PAGE = { limit: 50, limitMax: 100 }

type Members = Readonly<Record<string, unknown>>

export const listGrants: AwsOperation = async (call) => {
  const { input } = call
  const grantee = readPrincipal(input, 'GranteePrincipal')
  const service = readService(input, 'GranteeServicePrincipal')
  if (grantee !== undefined && service !== undefined) {
    throw validation('You cannot specify both GranteePrincipal and GranteeServicePrincipal.')
  }
  const id = readGrantId(input)
  const key = await resolveKey(call, input['KeyId'], { aliases: false })
  const list = `grants/${key.region}/${key.id}`
  const page = readPage(input, list, PAGE)
  const { request } = await permitted(call, key)
  await call.ports.keeper.execute(call.session, getKey, { key: key.id }, request)
  const { grants } = await keyRecords(call, key.region, key.id)
  const wanted = grants.filter(
    (grant) =>
      (id === undefined || grant.id === id) &&
      (grantee === undefined || grant.grantee === grantee) &&
      (service === undefined || grant.granteeService === service),
  )
  const { items, next } = pageOf(wanted, (grant) => grant.id, page)
  return { Grants: items.map((grant) => entryOf(call, key, grant)), ...pageEnd(list, next) }
}

export const listRetirableGrants: AwsOperation = async (call) => {
  const { input } = call
  const retiring = readPrincipal(input, 'RetiringPrincipal')
  const service = readService(input, 'RetiringServicePrincipal')
  const named = retiring ?? service
  if (named === undefined || (retiring !== undefined && service !== undefined)) {
    throw validation(
      'You must specify either RetiringPrincipal or RetiringServicePrincipal, but not both.',
    )
  }
  const list = `retirable/${call.region}/${named}`
  const page = readPage(input, list, PAGE)
  const request = await authorized(call, { action: 'kms:ListRetirableGrants' })
  // A list of attachments has no operation of its own: that of the keys is asked, for one record.
  await call.ports.keeper.execute(call.session, listKeys, { filters: {}, limit: 1 }, request)
  const { grants, next } = await retirable(call, named, page)
  return { Grants: grants, ...pageEnd(list, next) }
}

/** By id; a grant whose key is gone is not shown, so a page may take several reads. */
async function retirable(
  call: AwsCall,
  named: string,
  { limit, after }: PageRequest,
): Promise<{ readonly grants: readonly Members[]; readonly next?: string }> {
  const grants: Members[] = []
  let last: string | undefined
  let from = after
  do {
    const read = await call.ports.keeper.attachments.list({
      tenant: call.session.tenant,
      namePrefix: grantName(call.region, ''),
      facets: [`retiring=${named}`],
      limit: limit + 1,
      ...(from !== undefined && { after: from }),
    })
    for (const stored of read.records) {
      const key = await keyOf(call, stored.value.key)
      if (key === undefined) continue
      if (grants.length === limit && last !== undefined) return { grants, next: last }
      grants.push(entryOf(call, key, grantOf(stored)))
      last = stored.id
    }
    from = read.next
  } while (from !== undefined)
  return { grants }
}

async function keyOf(call: AwsCall, id: AwsKey['id'] | undefined): Promise<AwsKey | undefined> {
  if (id === undefined) return undefined
  try {
    return await keyByCoreId(call, call.region, id)
  } catch (error) {
    if (error instanceof AwsError && error.exception === 'NotFoundException') return undefined
    throw error
  }
}

function entryOf({ account }: AwsCall, key: AwsKey, grant: Grant): Members {
  const { id, name, createdAt, operations, constraints } = grant
  return {
    KeyId: key.arn,
    GrantId: id,
    // AWS shows an empty name where there is none.
    Name: name ?? '',
    CreationDate: seconds(createdAt),
    ...(grant.grantee !== undefined && { GranteePrincipal: grant.grantee }),
    ...(grant.granteeService !== undefined && { GranteeServicePrincipal: grant.granteeService }),
    ...(grant.retiring !== undefined && { RetiringPrincipal: grant.retiring }),
    ...(grant.retiringService !== undefined && { RetiringServicePrincipal: grant.retiringService }),
    IssuingAccount: rootArn(account),
    Operations: operations,
    ...(constraints !== undefined && { Constraints: constraints }),
  }
}

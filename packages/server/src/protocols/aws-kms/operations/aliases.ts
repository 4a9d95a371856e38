import * as core from '@claviger/core'
import { authorized, type AwsAuthorization } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError, validation } from '../error.ts'
import {
  aliasArn,
  aliasNotFound,
  aliasName,
  aliasTarget,
  type AwsKey,
  keyByCoreId,
  resolveKey,
} from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import { assertNotDeleting, invalidState, type KeyStatus, statusOf } from '../key-status.ts'
import type { Input } from '../members.ts'
import { pageEnd, type PageRequest, readPage } from '../paging.ts'
import { permitted } from '../permitted.ts'
import { type Pattern, patterned, seconds, text } from '../validation.ts'

const ALIASES_MAX = 50
const ALIAS_LENGTH = { min: 1, max: 256 }
const ALIAS: Pattern = { matches: /^[a-zA-Z0-9:/_-]+$/, shown: '^[a-zA-Z0-9:/_-]+$' }

type StoredAlias = core.Stored<'attachment'>

/** `AliasName`: API reference, CreateAlias. `alias/aws/` is for the keys of AWS's own services. */
function readAliasName(input: Input): string {
  const name = patterned('AliasName', text(input, 'AliasName', ALIAS_LENGTH), ALIAS)
  if (!name.startsWith('alias/')) throw validation('Invalid identifier')
  if (name === 'alias/') throw invalidName('Invalid identifier')
  if (name.includes(':')) throw invalidName(`${name} contains invalid characters for an alias`)
  if (name.startsWith('alias/aws/')) {
    // What AWS answers, though its model does not name it.
    throw new AwsError(
      'NotAuthorizedException',
      'Alias names that begin with alias/aws/ are reserved for AWS managed keys',
    )
  }
  return name
}

const invalidName = (message: string): AwsError =>
  new AwsError('InvalidAliasNameException', message)

/** What a caller needs on the alias itself, beside the same on the key. */
function ofAlias(call: AwsCall, name: string): AwsAuthorization {
  return { action: `kms:${call.action}`, resource: aliasArn(call, name) }
}

/** The key an alias is to stand for: by its id or ARN, never by another alias. */
async function readTarget(call: AwsCall): Promise<AwsKey> {
  const target = text(call.input, 'TargetKeyId', { min: 1, max: 2_048 })
  if (target.includes('alias/')) throw validation('Aliases must refer to keys. Not aliases')
  return resolveKey(call, target, { aliases: false })
}

export const createAlias: AwsOperation = async (call) => {
  const name = readAliasName(call.input)
  const key = await readTarget(call)
  const { request } = await permitted(call, key, {
    also: [ofAlias(call, name)],
    assert: (status) => assertNotDeleting(key, status),
  })
  const record = aliasName(call.region, name)
  await call.ports.keeper.execute(
    call.session,
    core.attachToKey<undefined>(),
    {
      key: key.id,
      details: { aws: call.action, alias: name },
      compute: async (attachments) => {
        const stored = await attachments.get(call.session.tenant, record)
        if (stored !== undefined && (await targetOf(call, stored)) !== undefined) {
          throw new AwsError(
            'AlreadyExistsException',
            `An alias with the name ${aliasArn(call, name)} already exists`,
          )
        }
        await assertFewAliases(call, key)
        const at = call.ports.now()
        const body = { createdAt: at, updatedAt: at }
        return {
          output: undefined,
          changes: [{ name: record, body, expected: stored?.revision ?? 0 }],
        }
      },
    },
    request,
  )
  return {}
}

async function assertFewAliases(call: AwsCall, key: AwsKey): Promise<void> {
  const all = await call.ports.keeper.attachments.ofKey(call.session.tenant, key.id)
  const here = all.filter(({ id }) => id.startsWith(aliasName(call.region, '')))
  if (here.length < ALIASES_MAX) return
  throw new AwsError(
    'LimitExceededException',
    `The key ${key.arn} has ${ALIASES_MAX} aliases already`,
  )
}

export const updateAlias: AwsOperation = async (call) => {
  const name = readAliasName(call.input)
  const next = await readTarget(call)
  const stored = await storedAlias(call, name)
  const before = await targetOf(call, stored)
  if (before === undefined) throw aliasNotFound(call, name)
  const left = await statusOf(call, before)
  // API reference, UpdateAlias: on the alias, the key it leaves and the key it gets.
  const { request } = await permitted(call, next, {
    also: [ofAlias(call, name), { action: 'kms:UpdateAlias', key: before }],
    assert: (status) => {
      assertNotDeleting(next, status)
      assertAlike(left, status)
    },
  })
  await call.ports.keeper.execute(
    call.session,
    core.attachToKey<undefined>(),
    {
      key: next.id,
      details: { aws: call.action, alias: name, from: before.id },
      compute: async (attachments) => {
        const now = await attachments.get(call.session.tenant, stored.id)
        if (now === undefined) throw aliasNotFound(call, name)
        assertStillOf(before, now)
        if (before.id !== next.id) await assertFewAliases(call, next)
        const body = { ...now.value.body, updatedAt: call.ports.now() }
        return { output: undefined, changes: [{ name: stored.id, body, expected: now.revision }] }
      },
    },
    request,
  )
  return {}
}

/** API reference, UpdateAlias: "both symmetric or both asymmetric or both HMAC", and of one usage. */
function assertAlike(one: KeyStatus, other: KeyStatus): void {
  const [from, to] = [awsWordsOf(one.loaded.key), awsWordsOf(other.loaded.key)]
  const symmetric = (status: KeyStatus): boolean =>
    core.specFacts(status.loaded.key.spec).form === 'symmetric'
  if (from?.keyUsage === to?.keyUsage && symmetric(one) === symmetric(other)) return
  throw invalidState(
    'The current KMS key and the new KMS key must be the same type and have the same key usage.',
  )
}

export const deleteAlias: AwsOperation = async (call) => {
  const name = readAliasName(call.input)
  const stored = await storedAlias(call, name)
  const key = await targetOf(call, stored)
  if (key === undefined) throw aliasNotFound(call, name)
  const { request } = await permitted(call, key, { also: [ofAlias(call, name)] })
  await call.ports.keeper.execute(
    call.session,
    core.attachToKey<undefined>(),
    {
      key: key.id,
      details: { aws: call.action, alias: name },
      compute: async (attachments) => {
        const now = await attachments.get(call.session.tenant, stored.id)
        if (now === undefined) throw aliasNotFound(call, name)
        assertStillOf(key, now)
        const change = { name: stored.id, body: undefined, expected: now.revision }
        return { output: undefined, changes: [change] }
      },
    },
    request,
  )
  return {}
}

/** What was allowed was allowed for the key that the alias stood for. */
function assertStillOf(key: AwsKey, { value }: StoredAlias): void {
  if (value.key === key.id) return
  throw new AwsError(
    'DependencyTimeoutException',
    'The alias was given to another key meanwhile; try again.',
    { status: 503, code: 'conflict' },
  )
}

async function storedAlias(call: AwsCall, name: string): Promise<StoredAlias> {
  const stored = await aliasTarget(call, call.region, name)
  if (stored === undefined) throw aliasNotFound(call, name)
  return stored
}

/** The key an alias stands for; undefined once that is deleted, and its aliases with it. */
async function targetOf(call: AwsCall, { value }: StoredAlias): Promise<AwsKey | undefined> {
  if (value.key === undefined) return undefined
  try {
    return await keyByCoreId(call, call.region, value.key)
  } catch (error) {
    if (error instanceof AwsError && error.exception === 'NotFoundException') return undefined
    throw error
  }
}

export const listAliases: AwsOperation = async (call) => {
  const page = readPage(call.input, 'ListAliases', { limit: 50, limitMax: 100 })
  const asked = call.input['KeyId'] ?? undefined
  const key = asked === undefined ? undefined : await resolveKey(call, asked, { aliases: false })
  const request = await authorized(call, { action: 'kms:ListAliases' })
  await recordList(call, request)
  const { aliases, next } = await pageOfAliases(call, key, page)
  return { Aliases: aliases, ...pageEnd('ListAliases', next) }
}

/** A list of attachments has no operation of its own: that of the keys is asked, for one record. */
async function recordList(call: AwsCall, request: core.RequestContext): Promise<void> {
  const input = { filters: {}, limit: 1 }
  await call.ports.keeper.execute(call.session, core.listKeys, input, request)
}

type Members = Readonly<Record<string, unknown>>

/** By name; an alias whose key is gone is not shown, so a page may take several reads. */
async function pageOfAliases(
  call: AwsCall,
  key: AwsKey | undefined,
  { limit, after }: PageRequest,
): Promise<{ readonly aliases: readonly Members[]; readonly next?: string }> {
  const aliases: Members[] = []
  let last: string | undefined
  let from = after
  do {
    const read = await call.ports.keeper.attachments.list({
      tenant: call.session.tenant,
      namePrefix: aliasName(call.region, 'alias/'),
      limit: limit + 1,
      ...(key !== undefined && { parent: key.id }),
      ...(from !== undefined && { after: from }),
    })
    for (const stored of read.records) {
      const target = key ?? (await targetOf(call, stored))
      if (target === undefined) continue
      if (aliases.length === limit && last !== undefined) return { aliases, next: last }
      aliases.push(entryOf(call, stored, target))
      last = stored.id
    }
    from = read.next
  } while (from !== undefined)
  return { aliases }
}

function entryOf(call: AwsCall, { id, value: { body } }: StoredAlias, target: AwsKey): Members {
  const name = id.slice(aliasName(call.region, '').length)
  return {
    AliasName: name,
    AliasArn: aliasArn(call, name),
    TargetKeyId: target.keyId,
    CreationDate: seconds(body['createdAt'] as number),
    LastUpdatedDate: seconds(body['updatedAt'] as number),
  }
}

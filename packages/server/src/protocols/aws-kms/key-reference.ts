import {
  type Instant,
  isUuid,
  type Key,
  type KeyId,
  type MaybePromise,
  type Stored,
} from '@claviger/core'
import type { AwsCall } from './call.ts'
import { AwsError, UnresolvedError, validation } from './error.ts'
import { documentOf, foreignDocument, type KeyDocument, storedKeyDocument } from './key-document.ts'
import { awsWordsOf } from './key-spec.ts'

/** A key as a call named it: found, but not yet authorized. */
export interface AwsKey {
  readonly id: KeyId
  /** What AWS calls it: the UUID, or `mrk-` and its digits. */
  readonly keyId: string
  readonly region: string
  readonly arn: string
  readonly document: KeyDocument
  /** Of the stored document; 0 where there is none. */
  readonly revision: number
  /** The alias it was named by, for `kms:RequestAlias`. */
  readonly alias?: string
}

const ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):(\d{12}):(key|alias)\/(.+)$/
const MRK = /^mrk-([0-9a-f]{32})$/
const ALIAS = /^alias\/[a-zA-Z0-9/_-]{1,250}$/
const KEY_ID_LENGTH_MAX = 2_048
const DENIED = 'AccessDeniedException'
const ELSEWHERE =
  'The resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access.'

export const aliasName = (region: string, alias: string): string =>
  `aws-kms/alias/${region}/${alias}`

export function keyArn(
  { account }: Pick<AwsCall, 'account'>,
  region: string,
  keyId: string,
): string {
  return `arn:aws:kms:${region}:${account}:key/${keyId}`
}

export function aliasArn({ account, region }: Pick<AwsCall, 'account' | 'region'>, alias: string) {
  return `arn:aws:kms:${region}:${account}:${alias}`
}

/** The id AWS shows: multi-Region keys say so in it. */
export function keyIdOf(id: KeyId, document: Pick<KeyDocument, 'multiRegion'>): string {
  return document.multiRegion === undefined ? id : `mrk-${id.replaceAll('-', '')}`
}

/**
 * Finds the key that a `KeyId` member names, in any of AWS's four forms. `aliases: false` for the actions
 * that take a key id or key ARN only.
 */
export async function resolveKey(
  call: AwsCall,
  reference: unknown,
  { aliases = true } = {},
): Promise<AwsKey> {
  if (typeof reference !== 'string' || reference === '' || reference.length > KEY_ID_LENGTH_MAX) {
    throw validation(
      "1 validation error detected: Value at 'keyId' failed to satisfy constraint: Member must have length between 1 and 2048",
    )
  }
  const arn = ARN.exec(reference)
  if (arn === null && reference.startsWith('arn:'))
    throw new AwsError('InvalidArnException', reference)
  const [, region = call.region, account = call.account, kind, rest] = arn ?? []
  // AWS does not tell what is not there from what another account does not share.
  if (account !== call.account) throw new UnresolvedError(reference, ELSEWHERE, DENIED)
  if (region !== call.region) throw missing(call, call.region, reference)
  const isAlias = kind === 'alias' || (arn === null && reference.startsWith('alias/'))
  if (!isAlias) return keyById(call, region, rest ?? reference, reference)
  const alias = kind === 'alias' ? `alias/${rest}` : reference
  if (!ALIAS.test(alias)) throw validation(`Invalid alias name ${alias}`)
  const named = aliasArn({ ...call, region }, alias)
  if (!aliases) throw new UnresolvedError(named, `Invalid keyId '${reference}'`)
  const stored = await aliasTarget(call, region, alias)
  if (stored?.value.key === undefined) throw aliasNotFound(call, alias)
  return { ...(await keyByCoreId(call, region, stored.value.key, reference)), alias }
}

export function aliasNotFound(call: AwsCall, alias: string): AwsError {
  const arn = aliasArn(call, alias)
  return new UnresolvedError(arn, `Alias ${arn} is not found.`)
}

export function aliasTarget(
  { ports, session }: Pick<AwsCall, 'ports' | 'session'>,
  region: string,
  alias: string,
): MaybePromise<Stored<'attachment'> | undefined> {
  return ports.keeper.attachments.get(session.tenant, aliasName(region, alias))
}

async function keyById(
  call: AwsCall,
  region: string,
  keyId: string,
  reference: string,
): Promise<AwsKey> {
  const hex = MRK.exec(keyId)?.[1]
  const id = hex === undefined ? keyId : hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  if (!isUuid(id)) throw missing(call, region, keyId)
  const key = await keyByCoreId(call, region, id as KeyId, reference)
  if (key.keyId !== keyId) throw missing(call, region, keyId)
  return key
}

/** The key with this id in this region; `NotFoundException` naming what the caller asked for. */
export async function keyByCoreId(
  call: AwsCall,
  region: string,
  id: KeyId,
  reference: string = id,
): Promise<AwsKey> {
  const { keeper, homeRegion } = call.ports
  const { tenant } = call.session
  const loaded = keeper.keys.peek(tenant, id) ?? (await keeper.keys.load(tenant, id))
  const stored = await storedKeyDocument(call, region, id)
  const foreign = stored === undefined && region === homeRegion && loaded !== undefined
  if (foreign && (await isElsewhere(call, id))) throw missing(call, region, reference)
  const document =
    stored !== undefined
      ? documentOf(stored)
      : foreign && loaded !== undefined
        ? foreignDocument(loaded.key, region)
        : undefined
  if (document === undefined || loaded === undefined) throw missing(call, region, reference)
  if (isGone(loaded.key, document, call.ports.now())) throw missing(call, region, reference)
  const keyId = keyIdOf(id, document)
  const arn = keyArn(call, region, keyId)
  return { id, keyId, region, arn, document, revision: stored?.revision ?? 0 }
}

/** AWS forgets what is deleted, here or everywhere, and never knew what it has no words for. */
export function isGone(
  key: Key,
  { deletionDate = Number.POSITIVE_INFINITY }: KeyDocument,
  now: Instant,
): boolean {
  const { state, destroyAt = Number.POSITIVE_INFINITY } = key
  if (state === 'destroyed' || destroyAt <= now || deletionDate <= now) return true
  return awsWordsOf(key) === undefined
}

/** Whether AWS made it, in other regions than this one. */
async function isElsewhere({ ports, session }: AwsCall, id: KeyId): Promise<boolean> {
  const all = await ports.keeper.attachments.ofKey(session.tenant, id)
  return all.some(({ id: name }) => name.startsWith('aws-kms/key/'))
}

function missing(call: AwsCall, region: string, reference: string): AwsError {
  const arn = reference.startsWith('arn:') ? reference : keyArn(call, region, reference)
  return new UnresolvedError(arn, `Key '${arn}' does not exist`)
}

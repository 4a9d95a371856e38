import { encodeBase64, encodeHex } from '@claviger/bytes'
import {
  type AttachmentChange,
  attachToKey,
  detachFromKey,
  isKeeperError,
  type RequestContext,
} from '@claviger/core'
import type { AwsAuthorization } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError, notFound, validation } from '../error.ts'
import { type AwsKey, keyByCoreId, resolveKey } from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import { assertEnabled, wrongState } from '../key-status.ts'
import { flag, grantTokens, missing, optionalText } from '../members.ts'
import { permitted, thenAssert } from '../permitted.ts'
import { type Grant, grantName, type GrantWish } from '../policy/grant.ts'
import { assertGrantFits, readGrantId, readGrantWish } from '../policy/grant-input.ts'
import { readGrantToken, storedGrant, writeGrantToken } from '../policy/grant-token.ts'
import { grantOf, keyRecords } from '../policy/key-rules.ts'

/** Quota "Grants per KMS key". */
const GRANTS_MAX = 50_000
const ID_BYTES = 32
const SECRET_BYTES = 32
const TOKEN = { min: 1, max: 8_192 }

export const createGrant: AwsOperation = async (call) => {
  const { input } = call
  const dryRun = flag(input, 'DryRun')
  const wish = readGrantWish(input)
  const tokens = grantTokens(input)
  const key = await resolveKey(call, input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key, {
    grantTokens: tokens,
    passed: wish,
    ...contextOf(wish),
    assert: (status) => {
      if (status.state === 'Unavailable') return
      assertEnabled(key, status)
      const words = awsWordsOf(status.loaded.key)
      if (words === undefined) throw wrongState(key.arn, status.state)
      assertGrantFits(wish, words.keySpec, words.keyUsage)
    },
  })
  const grant = await changeGrants(call, key, { request, dryRun }, async () => {
    const { grants } = await keyRecords(call, key.region, key.id)
    const same = wish.name === undefined ? undefined : grants.find((one) => isSame(one, wish))
    if (same !== undefined) return { output: same, changes: [] }
    if (grants.length >= GRANTS_MAX) {
      throw new AwsError('LimitExceededException', `${key.arn} has ${GRANTS_MAX} grants already.`)
    }
    const made = newGrant(call, wish)
    return { output: made, changes: [grantPut(call, made)] }
  })
  return { GrantId: grant.id, GrantToken: writeGrantToken(call.ports.crypto, grant) }
}

/**
 * Developer Guide, "kms:EncryptionContext:context-key": of CreateGrant and RetireGrant it is what the grant's
 * constraints name.
 */
function contextOf({
  constraints,
}: Pick<Grant, 'constraints'>): Pick<AwsAuthorization, 'encryptionContext'> {
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints ?? {}
  if (equal === undefined && subset === undefined) return {}
  return { encryptionContext: { ...subset, ...equal } }
}

function newGrant({ ports: { crypto, now } }: AwsCall, wish: GrantWish): Grant {
  return {
    id: encodeHex(crypto.randomBytes(ID_BYTES)),
    createdAt: now(),
    tokenSecret: encodeBase64(crypto.randomBytes(SECRET_BYTES)),
    ...wish,
  }
}

function grantPut({ region }: AwsCall, grant: Grant): AttachmentChange {
  const retiring = grant.retiring ?? grant.retiringService
  return {
    name: grantName(region, grant.id),
    body: { ...grant },
    // For ListRetirableGrants, which asks across keys.
    facets: retiring === undefined ? [] : [`retiring=${retiring}`],
    expected: 0,
  }
}

/** A name makes a retry of what it was: the same in every part (API Reference, CreateGrant, `Name`). */
function isSame(
  { id: _id, createdAt: _at, tokenSecret: _secret, ...made }: Grant,
  wish: GrantWish,
): boolean {
  const parts = ({ operations, constraints, ...rest }: GrantWish): string =>
    JSON.stringify([
      operations,
      constraints?.EncryptionContextEquals,
      constraints?.EncryptionContextSubset,
      constraints?.SourceArn,
      rest.name,
      rest.grantee,
      rest.granteeService,
      rest.retiring,
      rest.retiringService,
    ])
  return parts(made) === parts(wish)
}

export const revokeGrant: AwsOperation = async (call) => {
  const { input } = call
  const dryRun = flag(input, 'DryRun')
  const id = readGrantId(input)
  if (id === undefined) throw missing('GrantId')
  const key = await resolveKey(call, input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key)
  await removeGrant(call, key, id, { request, dryRun })
  return {}
}

export const retireGrant: AwsOperation = async (call) => {
  const dryRun = flag(call.input, 'DryRun')
  const { key, id } = await grantToRetire(call)
  const stored = await storedGrant(call, id)
  // Ids of grants cannot be guessed: whoever names one that is gone has had it, and may hear so.
  const request =
    stored?.value.key === key.id
      ? (await permitted(call, key, { retires: id, ...contextOf(grantOf(stored)) })).request
      : thenAssert(call.request, () => {
          throw grantNotFound(id)
        })
  const details = { aws: call.action, region: key.region }
  const compute = () => grantRemoval(call, key, id)
  const input = { key: key.id, details, compute }
  // Whoever a grant was given to, or may retire it, need not be one who manages the key.
  await changed(() =>
    call.ports.keeper.execute(call.session, detachFromKey(), input, request, { dryRun }),
  )
  return {}
}

/** By its token, or by its key and its id. */
async function grantToRetire(
  call: AwsCall,
): Promise<{ readonly key: AwsKey; readonly id: string }> {
  const { input } = call
  const token = optionalText(input, 'GrantToken', TOKEN)
  const id = readGrantId(input)
  const keyId = input['KeyId'] ?? undefined
  if (token !== undefined) {
    if (id !== undefined || keyId !== undefined) {
      throw validation('You must specify either a GrantToken or a KeyId and a GrantId, not both.')
    }
    const stored = await readGrantToken(call, token)
    const { key } = stored.value
    if (key === undefined) throw grantNotFound(stored.id)
    return { key: await keyByCoreId(call, call.region, key), id: grantOf(stored).id }
  }
  if (id === undefined || keyId === undefined) {
    throw validation('You must specify either a GrantToken or a KeyId and a GrantId.')
  }
  return { key: await resolveKey(call, keyId, { aliases: false }), id }
}

interface GrantChange {
  readonly request: RequestContext
  readonly dryRun: boolean
}

function removeGrant(call: AwsCall, key: AwsKey, id: string, change: GrantChange): Promise<void> {
  return changeGrants(call, key, change, () => grantRemoval(call, key, id))
}

async function grantRemoval(call: AwsCall, key: AwsKey, id: string) {
  const stored = await storedGrant(call, id)
  if (stored?.value.key !== key.id) throw grantNotFound(id)
  const gone = { name: stored.id, body: undefined, expected: stored.revision }
  return { output: undefined, changes: [gone] }
}

const grantNotFound = (id: string): AwsError => notFound(`Grant ${id} does not exist`)

/** In one unit of work with its entry in the log; AWS's word for a dry run that would have succeeded. */
async function changeGrants<Output>(
  call: AwsCall,
  key: AwsKey,
  { request, dryRun }: GrantChange,
  compute: () => Promise<{
    readonly output: Output
    readonly changes: readonly AttachmentChange[]
  }>,
): Promise<Output> {
  const details = { aws: call.action, region: key.region }
  const input = { key: key.id, details, compute }
  const { keeper } = call.ports
  const options = { dryRun }
  const { output } = await changed(() =>
    keeper.execute(call.session, attachToKey<Output>(), input, request, options),
  )
  return output
}

async function changed<Answer>(execute: () => Promise<Answer>): Promise<Answer> {
  try {
    return await execute()
  } catch (error) {
    if (!isKeeperError(error) || error.code !== 'dry-run') throw error
    throw new AwsError(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
      { status: 412, code: 'dry-run' },
    )
  }
}

import * as core from '@claviger/core'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError } from '../error.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import {
  assertEnabled,
  assertNotDeleting,
  invalidState,
  type KeyStatus,
  statusOf,
  wrongState,
} from '../key-status.ts'
import { optionalInteger } from '../members.ts'
import { permitted } from '../permitted.ts'
import { keepingTo, recordOnly } from '../region-change.ts'
import { seconds } from '../validation.ts'

const PERIOD_DAYS = { min: 90, max: 2_560 }
const PERIOD_DAYS_DEFAULT = 365
const ON_DEMAND_MAX = 25
const BEFORE_AUTOMATIC_MS = 20 * 60_000

function unsupported(message: string): AwsError {
  return new AwsError('UnsupportedOperationException', message)
}

/** Developer guide, "Rotating AWS KMS keys": symmetric encryption keys, not in a custom key store. */
function assertRotatable({ arn, document }: AwsKey, { loaded }: KeyStatus): void {
  const symmetric = awsWordsOf(loaded.key)?.keySpec === 'SYMMETRIC_DEFAULT'
  if (symmetric && document.origin !== 'EXTERNAL_KEY_STORE') return
  throw unsupported(
    `You cannot rotate ${arn}: it is not a symmetric encryption key made by AWS KMS.`,
  )
}

/** Automatic rotation is for material that is made here. */
function assertOwnMaterial({ arn, document }: AwsKey): void {
  if (document.origin === 'AWS_KMS') return
  throw unsupported(`${arn} origin is ${document.origin} which is not valid for this operation.`)
}

/** Rotation is shared by the regions of a key, and set on its primary. */
function assertPrimary({ arn, region, document: { multiRegion } }: AwsKey): void {
  if (multiRegion === undefined || multiRegion.primary === region) return
  throw unsupported(`${arn} is a replica key; call this operation on its primary key.`)
}

export const enableKeyRotation: AwsOperation = async (call) => {
  const periodDays =
    optionalInteger(call.input, 'RotationPeriodInDays', PERIOD_DAYS) ?? PERIOD_DAYS_DEFAULT
  await setRotation(call, periodDays)
  return {}
}

export const disableKeyRotation: AwsOperation = async (call) => {
  await setRotation(call, null)
  return {}
}

async function setRotation(call: AwsCall, periodDays: number | null): Promise<void> {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key, {
    assert: (status) => {
      assertRotatable(key, status)
      assertOwnMaterial(key)
      assertPrimary(key)
      assertEnabled(key, status)
    },
  })
  await keepingTo(key, () =>
    call.ports.keeper.execute(call.session, core.setRotation, { key: key.id, periodDays }, request),
  )
}

export const getKeyRotationStatus: AwsOperation = async (call) => {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, {
    assert: (found) => {
      assertRotatable(key, found)
    },
  })
  await recordOnly(call, key, request)
  const { rotation } = status.loaded.key
  // API reference, GetKeyRotationStatus: false for a key that waits for its deletion.
  const deleting = status.state === 'PendingDeletion'
  if (rotation === undefined || deleting) return { KeyId: key.arn, KeyRotationEnabled: false }
  return {
    KeyId: key.arn,
    KeyRotationEnabled: true,
    RotationPeriodInDays: rotation.periodDays,
    NextRotationDate: seconds(rotation.nextAt),
  }
}

export const rotateKeyOnDemand: AwsOperation = async (call) => {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const before = await statusOf(call, key)
  const onDemand = await rotationsOnDemand(call, before)
  const { request } = await permitted(call, key, {
    assert: (status) => {
      assertRotatable(key, status)
      assertPrimary(key)
      assertNotDeleting(key, status)
      if (status.state !== 'Enabled') throw wrongState(key.arn, status.state)
      assertMaterialWaits(key, status)
      assertNoOther(call, key, status)
      if (onDemand < ON_DEMAND_MAX) return
      throw new AwsError(
        'LimitExceededException',
        `The on-demand rotations limit of ${ON_DEMAND_MAX} has been reached for ${key.arn}.`,
      )
    },
  })
  const imported = key.document.origin === 'EXTERNAL'
  const input = { key: key.id, reason: 'rotated on demand', ...(imported && { pending: true }) }
  await keepingTo(key, () =>
    call.ports.keeper.execute(call.session, core.rotateKey, input, request),
  )
  return { KeyId: key.arn }
}

/** API reference, RotateKeyOnDemand: imported keys rotate to material that was imported for it. */
function assertMaterialWaits({ arn, document }: AwsKey, { loaded: { key } }: KeyStatus): void {
  if (document.origin !== 'EXTERNAL' || key.pendingVersion !== undefined) return
  throw invalidState(`No available key material pending rotation for the key: ${arn}.`)
}

/** API reference, RotateKeyOnDemand: not within 20 minutes before the key rotates by itself. */
function assertNoOther({ ports }: AwsCall, { arn }: AwsKey, { loaded }: KeyStatus): void {
  const { rotation } = loaded.key
  if (rotation === undefined || rotation.nextAt - ports.now() > BEFORE_AUTOMATIC_MS) return
  throw new AwsError('ConflictException', `An automatic rotation of ${arn} is about to begin.`)
}

/** Those of the whole life of the key: versions are never forgotten. */
async function rotationsOnDemand({ ports }: AwsCall, { loaded }: KeyStatus): Promise<number> {
  const versions = await ports.keeper.keys.allVersions(loaded)
  return versions.filter(({ value }) => value.version > 1 && value.cause === 'requested').length
}

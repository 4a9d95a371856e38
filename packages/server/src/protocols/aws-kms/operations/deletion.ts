import * as core from '@claviger/core'
import type { AwsCall, AwsOperation } from '../call.ts'
import { changeDocument } from '../document-change.ts'
import { validation } from '../error.ts'
import type { KeyDocument } from '../key-document.ts'
import { type AwsKey, resolveKey } from '../key-reference.ts'
import {
  assertNotDeleting,
  DELETION_STATES,
  invalidState,
  type KeyStatus,
  otherRegions,
  statusOf,
} from '../key-status.ts'
import { type Input, optionalInteger } from '../members.ts'
import { permitted } from '../permitted.ts'
import { closeRegion, keepingTo, marking } from '../region-change.ts'
import { seconds } from '../validation.ts'

const WINDOW_DAYS_DEFAULT = 30
const WINDOW_DAYS = { min: 7, max: 30 }

interface Deleting {
  readonly status: KeyStatus
  readonly request: core.RequestContext
}

export const scheduleKeyDeletion: AwsOperation = async (call) => {
  const days = readWindow(call.input)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const deleting = await permitted(call, key, {
    assert: (status) => assertNotDeleting(key, status),
  })
  const others = otherRegions(deleting.status.regions, key.region)
  if (others.length === 0) await destroy(call, key, deleting, days, key.document)
  else if (key.document.multiRegion?.primary === key.region) {
    await deletePrimary(call, key, deleting, days)
  } else await deleteReplica(call, key, deleting, days)
  const { state, deletionDate } = await statusOf(call, {
    ...key,
    document: await documentNow(call, key),
  })
  return {
    KeyId: key.arn,
    KeyState: state,
    ...(deletionDate !== undefined && { DeletionDate: seconds(deletionDate) }),
    PendingWindowInDays: days,
  }
}

async function documentNow(call: AwsCall, key: AwsKey): Promise<KeyDocument> {
  return (await resolveKey(call, key.keyId)).document
}

/** The model lets 1 to 365 through; the service itself asks for 7 to 30. */
function readWindow(input: Input): number {
  const days =
    optionalInteger(input, 'PendingWindowInDays', { min: 1, max: 365 }) ?? WINDOW_DAYS_DEFAULT
  if (days >= WINDOW_DAYS.min && days <= WINDOW_DAYS.max) return days
  throw validation(
    `PendingWindowInDays must be between ${WINDOW_DAYS.min} and ${WINDOW_DAYS.max} (inclusive).`,
  )
}

/** The whole key, through every door, with what is to be said of it in this region. */
async function destroy(
  call: AwsCall,
  key: AwsKey,
  { request }: Deleting,
  windowDays: number,
  document: KeyDocument,
): Promise<void> {
  const options = document === key.document ? {} : marking(key, document)
  await keepingTo(key, () =>
    call.ports.keeper.execute(
      call.session,
      core.destroyKey,
      { key: key.id, windowDays, reason: 'key deletion scheduled' },
      request,
      options,
    ),
  )
}

/** Developer guide, "Deleting multi-Region keys": the window of a primary begins with its last replica's end. */
async function deletePrimary(
  call: AwsCall,
  key: AwsKey,
  deleting: Deleting,
  days: number,
): Promise<void> {
  const waiting = { ...key.document, deletionWindowDays: days }
  const replicas = otherRegions(deleting.status.regions, key.region)
  const last = lastDeletion(replicas.map(({ document }) => document))
  if (last === undefined) {
    await closeRegion(call, key, deleting, (document) => ({
      ...document,
      deletionWindowDays: days,
    }))
  } else {
    await destroy(call, key, deleting, daysUntil(call, last) + days, waiting)
  }
}

/** A replica goes by itself; with the last of them the end of a waiting primary is known. */
async function deleteReplica(
  call: AwsCall,
  key: AwsKey,
  deleting: Deleting,
  days: number,
): Promise<void> {
  const deletionDate = call.ports.now() + days * core.DAY_MS
  const going = { ...key.document, deletionDate }
  const others = otherRegions(deleting.status.regions, key.region).map(({ document }) => document)
  const primary = others.find(({ region, multiRegion }) => region === multiRegion?.primary)
  const last = lastDeletion([...others.filter((document) => document !== primary), going])
  if (last === undefined || primary?.deletionWindowDays === undefined) {
    await closeRegion(call, key, deleting, (document) => ({ ...document, deletionDate }))
  } else {
    const windowDays = daysUntil(call, last) + primary.deletionWindowDays
    await destroy(call, key, deleting, windowDays, going)
  }
}

/** When the last of these replicas is gone; undefined while one of them stays. */
function lastDeletion(replicas: readonly KeyDocument[]): number | undefined {
  let last = 0
  for (const { deletionDate } of replicas) {
    if (deletionDate === undefined) return undefined
    last = Math.max(last, deletionDate)
  }
  return last
}

const daysUntil = ({ ports }: AwsCall, instant: number): number =>
  Math.ceil((instant - ports.now()) / core.DAY_MS)

/** What is taken back is disabled: enabling it is a decision of its own. */
export const cancelKeyDeletion: AwsOperation = async (call) => {
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request, status } = await permitted(call, key, {
    assert: ({ state }) => {
      if (!DELETION_STATES.includes(state))
        throw invalidState(`${key.arn} is not pending deletion.`)
    },
  })
  const ofSeveral = status.regions.length > 1
  const staying = stay(key.document, ofSeveral)
  if (status.loaded.key.destroyAt === undefined) {
    await changeDocument(call, key, request, (document) => stay(document, ofSeveral))
  } else {
    const options = key.document.multiRegion === undefined ? {} : marking(key, staying)
    await keepingTo(key, () =>
      call.ports.keeper.execute(
        call.session,
        core.cancelDestroyKey,
        { key: key.id },
        request,
        options,
      ),
    )
  }
  return { KeyId: key.arn }
}

function stay(document: KeyDocument, ofSeveral: boolean): KeyDocument {
  const { deletionDate: _date, deletionWindowDays: _window, ...staying } = document
  return ofSeveral ? { ...staying, disabled: true } : staying
}

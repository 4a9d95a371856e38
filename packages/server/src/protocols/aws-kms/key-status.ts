import { awaitedVersions, effectiveState, type Keeper, type KeyId } from '@claviger/core'
import type { AwsCall } from './call.ts'
import { AwsError } from './error.ts'
import { documentOf, type KeyDocument } from './key-document.ts'
import type { AwsKey } from './key-reference.ts'
import { keyStoreName, keyStoreOf } from './key-store/document.ts'

/** AWS's `KeyState`, but `Creating` and `Updating`: here no call is answered before it is done. */
export type KeyStateWord =
  | 'Enabled'
  | 'Disabled'
  | 'PendingDeletion'
  | 'PendingImport'
  | 'PendingReplicaDeletion'
  | 'Unavailable'

export type LoadedKey = NonNullable<ReturnType<Keeper['keys']['peek']>>

/** A key as AWS sees it in one region, now. */
export interface KeyStatus {
  readonly state: KeyStateWord
  readonly deletionDate?: number
  readonly deletionWindowDays?: number
  readonly loaded: LoadedKey
  /** All regions the key is in, this one among them; one for a key of a single region. */
  readonly regions: readonly RegionOfKey[]
}

export interface RegionOfKey {
  readonly document: KeyDocument
  /** Of the attachment's name, for a change of it. */
  readonly name: string
  readonly revision: number
}

/** The documents of a key, but those of regions it is gone from. */
export async function regionsOf(
  { ports, session }: Pick<AwsCall, 'ports' | 'session'>,
  id: KeyId,
): Promise<readonly RegionOfKey[]> {
  const now = ports.now()
  const all = await ports.keeper.attachments.ofKey(session.tenant, id)
  return all
    .filter(({ id: name }) => name.startsWith('aws-kms/key/'))
    .map((stored) => ({
      document: documentOf(stored),
      name: stored.id,
      revision: stored.revision,
    }))
    .filter(({ document: { deletionDate } }) => deletionDate === undefined || deletionDate > now)
}

/** Other regions of the key: the replicas of a primary, or its primary and the other replicas. */
export function otherRegions(
  regions: readonly RegionOfKey[],
  region: string,
): readonly RegionOfKey[] {
  return regions.filter(({ document }) => document.region !== region)
}

export async function statusOf(call: AwsCall, { id, document }: AwsKey): Promise<KeyStatus> {
  const { keeper } = call.ports
  const { tenant } = call.session
  const loaded = keeper.keys.peek(tenant, id) ?? (await keeper.keys.load(tenant, id))
  if (loaded === undefined) throw new AwsError('NotFoundException', `Key '${id}' does not exist`)
  const regions = document.multiRegion === undefined ? [] : await regionsOf(call, id)
  const words = wordsOf(loaded, document, regions, call.ports.now())
  const { state } = words
  if ((state === 'Enabled' || state === 'Disabled') && !(await isReachable(call, loaded))) {
    return { state: 'Unavailable', loaded, regions }
  }
  return { ...words, loaded, regions }
}

/** Whether whoever keeps the material is connected; nobody is asked. */
async function isReachable(
  { ports, session }: Pick<AwsCall, 'ports' | 'session'>,
  { key: { custody, externalId } }: LoadedKey,
): Promise<boolean> {
  if (externalId === undefined) return true
  const place = custody.slice(custody.indexOf(':') + 1)
  const stored = await ports.keeper.attachments.get(session.tenant, keyStoreName(place))
  return stored !== undefined && keyStoreOf(stored).state === 'CONNECTED'
}

function wordsOf(
  loaded: LoadedKey,
  document: KeyDocument,
  regions: readonly RegionOfKey[],
  now: number,
): Pick<KeyStatus, 'state' | 'deletionDate' | 'deletionWindowDays'> {
  const { key } = loaded
  const { deletionWindowDays } = document
  if (deletionWindowDays !== undefined && otherRegions(regions, document.region).length > 0) {
    return { state: 'PendingReplicaDeletion', deletionWindowDays }
  }
  const deletionDate = document.deletionDate ?? key.destroyAt
  if (deletionDate !== undefined) return { state: 'PendingDeletion', deletionDate }
  if (awaitedVersions(key, now).length > 0) return { state: 'PendingImport' }
  if (key.suspension !== undefined || document.disabled === true) return { state: 'Disabled' }
  const version = loaded.versions.get(key.currentVersion)?.value
  // Before its activation and after the end of its period a key does nothing, and may be deleted.
  if (version === undefined || effectiveState(key, version, now) !== 'active') {
    return { state: 'Disabled' }
  }
  return { state: 'Enabled' }
}

/** The refusal of a call that a key's state does not allow, in AWS's words. */
export function wrongState(arn: string, state: KeyStateWord): AwsError {
  switch (state) {
    case 'Disabled':
      return new AwsError('DisabledException', `${arn} is disabled.`)
    case 'PendingDeletion':
      return invalidState(`${arn} is pending deletion.`)
    case 'PendingReplicaDeletion':
      return invalidState(`${arn} is pending replica deletion.`)
    case 'PendingImport':
      return invalidState(`${arn} is pending import.`)
    case 'Unavailable':
      return invalidState(`${arn} is unavailable.`)
    case 'Enabled':
      return invalidState(`${arn} is enabled.`)
  }
}

export function invalidState(message: string): AwsError {
  return new AwsError('KMSInvalidStateException', message)
}

export const DELETION_STATES: readonly KeyStateWord[] = [
  'PendingDeletion',
  'PendingReplicaDeletion',
]

/** Most changes of a key are refused while it waits for its deletion, and by nothing else. */
export function assertNotDeleting({ arn }: AwsKey, { state }: KeyStatus): void {
  if (DELETION_STATES.includes(state)) throw wrongState(arn, state)
}

/** What only an enabled key allows. */
export function assertEnabled({ arn }: AwsKey, { state }: KeyStatus): void {
  if (state !== 'Enabled') throw wrongState(arn, state)
}

import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import { EMERGENCY_PREFIX, type EmergencyCredential, isOpenAt } from '../../principal/emergency.ts'
import type { Instant } from '../../clock.ts'
import type { Put, Store, Stored } from '../../storage/store.ts'
import { attachmentWrite } from '../attachment/attachment-write.ts'

export interface StoredEmergency {
  readonly credential: EmergencyCredential
  readonly revision: number
}

/** A credential without what its shares are known by. */
export type DescribedEmergency = Omit<EmergencyCredential, 'lock'> & {
  readonly shares: number
  readonly threshold: number
  readonly generation: number
  readonly isOpen: boolean
}

export async function findEmergency(
  store: Store,
  tenant: TenantId,
  name: string,
): Promise<StoredEmergency | undefined> {
  const stored = await store.get('attachment', tenant, `${EMERGENCY_PREFIX}${name}`)
  return stored && { credential: credentialOf(stored), revision: stored.revision }
}

export async function readEmergency(
  store: Store,
  tenant: TenantId,
  name: string,
): Promise<StoredEmergency> {
  const found = await findEmergency(store, tenant, name)
  if (found !== undefined) return found
  throw new KeeperError('not-found', `no emergency credential \`${name.slice(0, 128)}\``)
}

export function credentialOf({ value }: Stored<'attachment'>): EmergencyCredential {
  return value.body as unknown as EmergencyCredential
}

export function emergencyPuts(
  tenant: TenantId,
  credential: EmergencyCredential,
  expected: number,
  now: Instant,
): readonly Put[] {
  const body = { ...credential }
  const change = { name: `${EMERGENCY_PREFIX}${credential.name}`, body, expected }
  return attachmentWrite(tenant, undefined, [change], now).puts
}

export function describeEmergency(
  credential: EmergencyCredential,
  now: Instant,
): DescribedEmergency {
  const { lock, ...shown } = credential
  const { shares, threshold, generation } = lock
  return { ...shown, shares, threshold, generation, isOpen: isOpenAt(credential, now) }
}

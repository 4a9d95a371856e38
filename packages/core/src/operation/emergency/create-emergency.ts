import type { SecretBytes } from '@claviger/bytes'
import { parseBounded } from '../../approval/quorum-rule.ts'
import { KeeperError } from '../../error.ts'
import { parseName, type PrincipalId, type TenantId } from '../../id.ts'
import {
  type EmergencyCredential,
  emergencyPrincipalName,
  isOpenAt,
} from '../../principal/emergency.ts'
import type { Principal } from '../../principal/principal.ts'
import type { Store } from '../../storage/store.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { parseRoles } from '../principal/create-principal.ts'
import {
  type DescribedEmergency,
  describeEmergency,
  emergencyPuts,
  findEmergency,
} from './read-emergency.ts'

export interface CreateEmergencyInput {
  readonly name: string
  readonly roles: readonly string[]
  readonly shares: number
  readonly threshold: number
  /** How long it stays open; an hour if absent. */
  readonly seconds?: number
}

export interface CreateEmergencyOutput {
  readonly emergency: DescribedEmergency
  /** By index from 1: shown this once, kept nowhere. The caller wipes them. */
  readonly shares: readonly SecretBytes[]
}

const SECONDS_DEFAULT = 3_600
export const EMERGENCY_SECONDS_MAX = 86_400

/**
 * Splits a way in among several people. Only where a quorum is asked for it: else one person could make
 * themself the way in. Made anew under the same name, the shares before are stale.
 */
export const createEmergency: ManagementOperation<
  'principal',
  CreateEmergencyInput,
  CreateEmergencyOutput
> = {
  action: 'break-glass.create',
  target: ({ name }) => ({ kind: 'principal', ref: emergencyPrincipalName(name), attributes: {} }),
  run: async ({ ports, tenant, now }, input) => {
    const name = parseName(input.name, 'principal')
    const roles = parseRoles(input.roles, tenant)
    if (roles.length === 0) throw new KeeperError('invalid-input', 'say which roles it has')
    const wanted = input.seconds ?? SECONDS_DEFAULT
    const seconds = parseBounded(wanted, 'the seconds that it is open', 60, EMERGENCY_SECONDS_MAX)
    await assertGuarded(ports.store, tenant)
    const before = await findEmergency(ports.store, tenant, name)
    if (before !== undefined && isOpenAt(before.credential, now)) {
      throw new KeeperError('wrong-state', `\`${name}\` is open; close it first`)
    }
    const fullName = parseName(emergencyPrincipalName(name), 'principal')
    const stored = await ports.store.getByName('principal', tenant, fullName)
    if (stored !== undefined && stored.value.emergency !== true) {
      throw new KeeperError('conflict', `\`${fullName}\` is a principal of another kind`)
    }
    const principal: Principal = {
      id: stored?.value.id ?? (ports.ids.uuid() as PrincipalId),
      tenant,
      name: fullName,
      kind: 'person',
      roles,
      disabled: false,
      certificates: [],
      emergency: true,
      createdAt: stored?.value.createdAt ?? now,
    }
    const made = await ports.emergency.make(input.shares, input.threshold, before?.credential.lock)
    const { lock, shares } = made
    const credential: EmergencyCredential = {
      name,
      principal: principal.id,
      roles,
      lock,
      seconds,
      createdAt: now,
    }
    const expected = stored?.revision ?? 0
    return {
      output: { emergency: describeEmergency(credential, now), shares },
      puts: [
        { kind: 'principal', tenant, id: principal.id, value: principal, expected },
        ...emergencyPuts(tenant, credential, before?.revision ?? 0, now),
      ],
      details: { principal: principal.id, roles, shares: lock.shares, threshold: lock.threshold },
    }
  },
}

async function assertGuarded(store: Store, tenant: TenantId): Promise<void> {
  const { records } = await store.list('quorum', { tenant, limit: LIST_MAX })
  const isGuarded = records.some(
    ({ value: { actions, names, labels } }) =>
      actions.includes('break-glass.create') && names === undefined && labels === undefined,
  )
  if (isGuarded) return
  throw new KeeperError(
    'denied',
    'an emergency credential is made under a quorum: let one guard `break-glass.create` first',
  )
}

import type { Tombstone } from '../../backup/tombstone.ts'
import { isKeeperError } from '../../error.ts'
import { SYSTEM_TENANT } from '../../id.ts'
import type { Keeper } from '../execute.ts'
import { INTERNAL_REQUEST, internalSession } from '../internal-session.ts'
import { deactivateKey } from '../key/deactivate-key.ts'
import { destroyKey } from '../key/destroy-key.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { destroyObject } from '../object/move-object.ts'
import type { KeeperPorts } from '../ports.ts'
import { shredTenant } from '../tenant/shred-tenant.ts'
import { suspendTenant } from '../tenant/suspend-tenant.ts'
import { revokeToken } from '../principal/revoke-token.ts'
import { updatePrincipal } from '../principal/update-principal.ts'

/** What a keeper was made from, and what was accepted to make it. */
export interface RestoredFacts {
  readonly backup: string
  /** SHA-256 of the signed manifest, hex. */
  readonly manifest: string
  readonly acceptedOlder: boolean
  readonly acceptedForeign: boolean
  readonly tombstones: number
}

const recordRestore: ManagementOperation<'tenant', RestoredFacts, Record<never, never>> = {
  action: 'backup.restore',
  target: () => ({ kind: 'tenant', ref: 'keeper' }),
  run: (_scope, facts) => ({ output: {}, details: { ...facts } }),
}

/** Tells the log that from here on the keeper is another one than the log's last entries knew. */
export async function tellRestored(keeper: Keeper, facts: RestoredFacts): Promise<void> {
  const session = internalSession(SYSTEM_TENANT, 'restore')
  await keeper.execute(session, recordRestore, facts, INTERNAL_REQUEST)
}

const REASON = 'ended before the keeper was restored'

/** Ends again what had ended when the backup was restored; nothing where it is not, or has ended. */
export async function bury(
  keeper: Keeper,
  { store }: Pick<KeeperPorts, 'store'>,
  tombstone: Tombstone,
): Promise<void> {
  const { kind, tenant, id } = tombstone
  const session = internalSession(tenant, 'restore')
  switch (kind) {
    case 'key-version': {
      if (await hasEnded(store, tombstone)) return
      const [key = '', number] = id.split('/')
      const input = { key, version: Number(number), reason: REASON }
      if (tombstone.publicLives === true) {
        const done = keeper.execute(session, deactivateKey, input, INTERNAL_REQUEST)
        // What a state forbids to deactivate is destroyed as a whole: rather too much than too little.
        if (await succeeds(done)) return
      }
      await keeper.execute(session, destroyKey, { ...input, windowDays: 0 }, INTERNAL_REQUEST)
      return
    }
    case 'object': {
      const stored = await store.get('object', tenant, id)
      if (stored === undefined || stored.value.state === 'destroyed') return
      await keeper.execute(session, destroyObject, { object: id, reason: REASON }, INTERNAL_REQUEST)
      return
    }
    case 'token': {
      const stored = await store.get('token', tenant, id)
      if (stored === undefined || stored.value.revokedAt !== undefined) return
      await keeper.execute(session, revokeToken, { token: id }, INTERNAL_REQUEST)
      return
    }
    case 'principal': {
      const stored = await store.get('principal', tenant, id)
      if (stored === undefined || stored.value.disabled) return
      const input = { principal: id, disabled: true }
      await keeper.execute(session, updatePrincipal, input, INTERNAL_REQUEST)
      return
    }
    case 'tenant':
      await shred(keeper, store, id)
  }
}

async function shred(keeper: Keeper, store: KeeperPorts['store'], tenant: string): Promise<void> {
  const session = internalSession(SYSTEM_TENANT, 'restore')
  const stored = await store.get('tenant', SYSTEM_TENANT, tenant)
  if (stored === undefined || stored.value.state === 'shredded') return
  if (stored.value.state === 'active') {
    await keeper.execute(session, suspendTenant, { tenant }, INTERNAL_REQUEST)
  }
  const input = { tenant, confirm: stored.value.name }
  await keeper.execute(session, shredTenant, input, INTERNAL_REQUEST)
}

async function hasEnded(
  store: KeeperPorts['store'],
  { tenant, id, publicLives }: Tombstone,
): Promise<boolean> {
  const stored = await store.get('key-version', tenant, id)
  if (stored === undefined) return true
  const { state, publicState = state } = stored.value
  return state === 'destroyed' && (publicLives === true || publicState === 'destroyed')
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (isKeeperError(error) && error.code === 'wrong-state') return false
    throw error
  }
}

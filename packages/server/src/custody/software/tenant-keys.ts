import { KeeperError, type Store, type Tenant, type TenantId } from '@claviger/core'
import type { Keyring } from './keyring.ts'

const PAGE = 100
const ATTEMPTS = 5

/**
 * Opens the keys of every tenant, so that the store can verify any row without waiting. A tenant whose
 * record is damaged is told of and left out: the others must not wait for its repair.
 */
export async function loadTenants(
  store: Store,
  owner: TenantId,
  keyring: Keyring,
  warn: (message: string) => void = () => undefined,
): Promise<number> {
  const leaveOut = (id: string): void => warn(`tenant ${id} does not authenticate and stays closed`)
  let count = 0
  for await (const { id, value } of tenants(store, owner, leaveOut)) {
    if (value.state === 'shredded') continue
    try {
      keyring.load(value)
      count++
    } catch (error) {
      if (!(error instanceof KeeperError) || error.code !== 'integrity') throw error
      leaveOut(id)
    }
  }
  return count
}

/**
 * Wraps the keys of every tenant anew and stores them, until a whole pass finds nothing to do: a tenant
 * that was made meanwhile is seen by the next pass. Harmless to repeat, so it resumes after a crash.
 */
export async function rewrapTenants(
  store: Store,
  owner: TenantId,
  rewrap: (tenant: Tenant) => Tenant | undefined,
): Promise<void> {
  for (;;) {
    let changes = 0
    for await (const stored of tenants(store, owner, refuseDamaged)) {
      if (await rewrapTenant(store, owner, stored.id, rewrap)) changes++
    }
    if (changes === 0) return
  }
}

async function rewrapTenant(
  store: Store,
  owner: TenantId,
  id: string,
  rewrap: (tenant: Tenant) => Tenant | undefined,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const stored = await store.get('tenant', owner, id)
    const value = stored === undefined ? undefined : rewrap(stored.value)
    if (stored === undefined || value === undefined) return false
    try {
      const put = { kind: 'tenant', tenant: owner, id, value, expected: stored.revision } as const
      await store.commit({ puts: [put] })
      return true
    } catch (error) {
      // Somebody changed the tenant at the same time: their change is kept, and read again.
      const retry = error instanceof KeeperError && error.code === 'conflict' && attempt < ATTEMPTS
      if (!retry) throw error
    }
  }
}

async function* tenants(store: Store, owner: TenantId, onDamaged: (id: string) => void) {
  let after: string | undefined
  do {
    const page = await store.list('tenant', {
      tenant: owner,
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    page.damaged.forEach(onDamaged)
    yield* page.records
    after = page.next
  } while (after !== undefined)
}

/** A root must not be retired while something may still be wrapped under it. */
function refuseDamaged(id: string): never {
  throw new KeeperError('integrity', 'a tenant record does not authenticate; restore it first', {
    details: { tenant: id },
  })
}

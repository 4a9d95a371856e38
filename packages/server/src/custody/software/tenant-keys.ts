import { KeeperError, type Store, type Tenant, type TenantId } from '@claviger/core'
import type { Keyring } from './keyring.ts'

const PAGE = 100
const ATTEMPTS = 5

/** Opens the keys of every tenant, so that the store can verify any row without waiting. */
export async function loadTenants(
  store: Store,
  owner: TenantId,
  keyring: Keyring,
): Promise<number> {
  let count = 0
  for await (const { value } of tenants(store, owner)) {
    keyring.load(value)
    count++
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
    for await (const stored of tenants(store, owner)) {
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

async function* tenants(store: Store, owner: TenantId) {
  let after: string | undefined
  do {
    const page = await store.list('tenant', {
      tenant: owner,
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    if (page.damaged.length > 0) {
      throw new KeeperError('integrity', 'a tenant record does not authenticate', {
        details: { tenants: page.damaged },
      })
    }
    yield* page.records
    after = page.next
  } while (after !== undefined)
}

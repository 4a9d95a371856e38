import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isKeeperError,
  KeeperError,
  type ListQuery,
  type Store,
  SYSTEM_TENANT,
  type Tenant,
  type TenantId,
  type UnitOfWork,
} from '@claviger/core'
import { freshKey } from '../../src/custody/software/keyring.ts'
import { loadTenants, rewrapTenants } from '../../src/custody/software/tenant-keys.ts'
import { openBench } from './custody-bench.ts'

/** The three methods that tenants' keys need of a store, over a map; pages hold one record. */
function fakeStore(tenants: Map<TenantId, Tenant>, damaged: string[] = []) {
  const revisions = new Map<string, number>()
  let conflicts = 1
  const stored = (value: Tenant) => ({
    kind: 'tenant',
    tenant: SYSTEM_TENANT,
    id: value.id,
    revision: revisions.get(value.id) ?? 1,
    value,
  })
  const store = {
    get: async (_kind: string, _tenant: TenantId, id: TenantId) => {
      const value = tenants.get(id)
      return value === undefined ? undefined : stored(value)
    },
    list: async (_kind: string, query: ListQuery) => {
      const ids = [...tenants.keys()].sort()
      const at = query.after === undefined ? 0 : ids.indexOf(query.after as TenantId) + 1
      const value = tenants.get(ids[at] as TenantId)
      const isLast = at >= ids.length - 1
      return {
        records: value === undefined ? [] : [stored(value)],
        damaged: at === 0 ? damaged : [],
        ...(!isLast && { next: ids[at] }),
      }
    },
    commit: async ({ puts }: UnitOfWork) => {
      if (conflicts-- > 0) throw new KeeperError('conflict', 'somebody was faster')
      for (const put of puts) {
        tenants.set(put.id as TenantId, put.value as Tenant)
        revisions.set(put.id, put.expected + 1)
      }
    },
  }
  return store as unknown as Store
}

test('every tenant goes under the new root, through a conflict, and keeps its keys', async () => {
  const { keyring, memory, tenants } = openBench()
  const store = fakeStore(tenants)
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  assert.equal(await loadTenants(store, SYSTEM_TENANT, keyring, warn), 2)
  const message = new Uint8Array([1, 2, 3])
  const before = [...tenants.keys()].map((id) => keyring.mac(id, message))
  keyring.install([{ generation: 2, bytes: memory.take(freshKey()) }])
  await rewrapTenants(store, SYSTEM_TENANT, (tenant) => keyring.rewrapTenant(tenant))
  keyring.retireOldRoots()
  assert.equal(await loadTenants(store, SYSTEM_TENANT, keyring, warn), 2)
  assert.deepEqual(
    [...tenants.keys()].map((id) => keyring.mac(id, message)),
    before,
  )
  assert.deepEqual(warnings, [])
})

test('a damaged tenant is left out at unsealing and stops a rotation', async () => {
  const { keyring, tenants } = openBench()
  const store = fakeStore(tenants, ['initech'])
  const warnings: string[] = []
  await loadTenants(store, SYSTEM_TENANT, keyring, (message) => void warnings.push(message))
  assert.equal(warnings.length, 1)
  await assert.rejects(
    rewrapTenants(store, SYSTEM_TENANT, (tenant) => keyring.rewrapTenant(tenant)),
    (error) => isKeeperError(error) && error.code === 'integrity',
  )
})

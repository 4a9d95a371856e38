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
import { openKey } from '@claviger/crypto'
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

test("under a tenant's own seal a rotated root needs nobody, a kek its passphrase, and a wrong key opens nothing", () => {
  const { keyring, memory, tenants } = openBench()
  const [plain] = tenants.values()
  assert.ok(plain)
  keyring.load(plain)
  const seal = { generation: 1, salt: '', memoryKiB: 0, passes: 0, parallelism: 0 }
  const [own, wrong] = [freshKey(), freshKey()].map((bytes) => openKey('aes-256', bytes))
  assert.ok(own && wrong)
  const tenant = keyring.protect(plain, seal, own, 5)
  assert.deepEqual(
    tenant.keks.map(({ version, createdAt }) => [version, createdAt]),
    [...plain.keks.map((kek) => [kek.version, kek.createdAt]), [plain.keks.length + 1, 5]],
  )
  const code = (expected: string) => (error: unknown) =>
    isKeeperError(error) && error.code === expected
  assert.throws(() => keyring.rotateKek(tenant, 6), code('unsupported'))
  assert.throws(() => keyring.load(tenant, wrong), code('authentication-failed'))
  keyring.load(tenant)
  assert.throws(() => keyring.assertOpen(tenant.id), code('tenant-sealed'))
  assert.throws(() => keyring.protect(tenant, seal, own, 7), code('tenant-sealed'))
  keyring.install([{ generation: 2, bytes: memory.take(freshKey()) }])
  const rewrapped = keyring.rewrapTenant(tenant)
  assert.ok(rewrapped)
  keyring.retireOldRoots()
  assert.throws(() => keyring.load(tenant, own), code('integrity'))
  keyring.load(rewrapped, own)
  keyring.assertOpen(tenant.id)
  // Without its seal's facts the record inside is not taken for a kek.
  const { ownSeal: _seal, ...stripped } = rewrapped
  assert.throws(() => keyring.load(stripped), code('integrity'))
})

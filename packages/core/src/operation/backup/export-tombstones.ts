import { type Tombstone, tombstoneOf } from '../../backup/tombstone.ts'
import { SYSTEM_TENANT, type TenantId } from '../../id.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { Tenant } from '../../tenant/tenant.ts'
import type { KeeperPorts } from '../ports.ts'

const PAGE = 1_000
const OWN_KINDS = ['key-version', 'object', 'token', 'principal'] as const

export interface ExportTombstonesOutput {
  /** Signed by the log's key; docs/spec/backup.md. */
  readonly text: string
}

/** Everything that has ended, of every tenant, signed: what a restored keeper must end again. */
export const exportTombstones: ManagementOperation<
  'tenant',
  Record<never, never>,
  ExportTombstonesOutput
> = {
  action: 'backup.tombstones',
  target: () => ({ kind: 'tenant', ref: 'keeper' }),
  run: async ({ ports, now }) => {
    const tombstones: Tombstone[] = []
    const without: string[] = []
    for (const { id } of await everyTenant(ports, tombstones)) {
      // Its records authenticate by keys that its people alone can open.
      if (ports.tenants.isSealed(id)) without.push(id)
      else for await (const one of ended(ports, id)) tombstones.push(one)
    }
    const text = await ports.backups.signTombstones(tombstones, without, now)
    return { output: { text }, details: { count: tombstones.length, without } }
  },
}

/** Those that are there; the others leave their tombstones. */
async function everyTenant(
  { store }: KeeperPorts,
  tombstones: Tombstone[],
): Promise<readonly Tenant[]> {
  const tenants: Tenant[] = []
  for (let after: string | undefined; ; ) {
    const query = { tenant: SYSTEM_TENANT, limit: PAGE, ...(after !== undefined && { after }) }
    const { records, next } = await store.list('tenant', query)
    for (const { id, value } of records) {
      const tombstone = tombstoneOf('tenant', SYSTEM_TENANT, id, value)
      if (tombstone === undefined) tenants.push(value)
      else tombstones.push(tombstone)
    }
    if (next === undefined) return tenants
    after = next
  }
}

async function* ended({ store }: KeeperPorts, tenant: TenantId): AsyncGenerator<Tombstone> {
  for (const kind of OWN_KINDS) {
    const isFaceted = kind === 'key-version' || kind === 'object'
    const facets = isFaceted ? { facets: ['state=destroyed'] } : {}
    for (let after: string | undefined; ; ) {
      const query = { tenant, limit: PAGE, ...facets, ...(after !== undefined && { after }) }
      const { records, next } = await store.list(kind, query)
      for (const { id, value } of records) {
        const tombstone = tombstoneOf(kind, tenant, id, value)
        if (tombstone !== undefined) yield tombstone
      }
      if (next === undefined) break
      after = next
    }
  }
}

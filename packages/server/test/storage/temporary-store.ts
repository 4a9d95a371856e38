import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RowGuard, TenantId } from '@claviger/core'
import { mac, type OpenKey, openKey } from '@claviger/crypto'
import { SqliteStore, type SqliteStoreOptions } from '../../src/storage/sqlite/sqlite-store.ts'

/** HMAC-SHA256 under a fixed key a tenant: the tenant's name, repeated to 32 bytes. */
export function fixedGuard(): RowGuard {
  const keys = new Map<string, OpenKey>()
  const keyOf = (tenant: TenantId): OpenKey => {
    let key = keys.get(tenant)
    if (key === undefined) {
      const secret = new TextEncoder().encode(tenant.repeat(32)).slice(0, 32)
      key = openKey('hmac-sha256', secret)
      keys.set(tenant, key)
    }
    return key
  }
  return { mac: (tenant, message) => mac(keyOf(tenant), 'hmac-sha256', message) }
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'claviger-store-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

export function openStore(folder: string, options: Partial<SqliteStoreOptions> = {}): SqliteStore {
  return SqliteStore.open({ folder, guard: fixedGuard(), writer: 'inline', ...options })
}

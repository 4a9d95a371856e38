import type { TenantId } from '../id.ts'
import type { KeyVersion } from '../key/key.ts'
import type { ManagedObject } from '../object/managed-object.ts'
import type { Principal, Token } from '../principal/principal.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** What ends for good, so that an older backup must not bring it back. */
export const TOMBSTONE_KINDS = ['key-version', 'object', 'token', 'principal', 'tenant'] as const
export type TombstoneKind = (typeof TOMBSTONE_KINDS)[number]

/**
 * Something that has ended: destroyed material, a revoked token, somebody who may not come in any more, a tenant
 * that was shredded.
 */
export interface Tombstone {
  readonly kind: TombstoneKind
  /** Whose it was; itself for a tenant. */
  readonly tenant: TenantId
  /** Of the record: `<key>/<version>` for a version. */
  readonly id: string
  /** Of a pair: only the private half was destroyed, and the public one lives on. */
  readonly publicLives?: true
}

/** The tombstone of a record, or undefined while it has not ended. */
export function tombstoneOf(
  kind: TombstoneKind,
  tenant: TenantId,
  id: string,
  value: unknown,
): Tombstone | undefined {
  switch (kind) {
    case 'key-version': {
      const { state, publicState } = value as KeyVersion
      if (state !== 'destroyed') return undefined
      const publicLives = publicState !== undefined && publicState !== 'destroyed'
      return { kind, tenant, id, ...(publicLives && { publicLives }) }
    }
    case 'object':
      return (value as ManagedObject).state === 'destroyed' ? { kind, tenant, id } : undefined
    case 'token':
      return (value as Token).revokedAt === undefined ? undefined : { kind, tenant, id }
    case 'principal':
      return (value as Principal).disabled ? { kind, tenant, id } : undefined
    case 'tenant': {
      const { id: own, state } = value as Tenant
      return isShredded(state) ? { kind, tenant: own, id } : undefined
    }
  }
}

/** Its keys are gone from the moment that it begins. */
export function isShredded(state: Tenant['state']): boolean {
  return state === 'shredding' || state === 'shredded'
}

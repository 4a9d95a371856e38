import type { Approval } from '../approval/approval.ts'
import type { Group } from '../approval/group.ts'
import type { QuorumRule } from '../approval/quorum-rule.ts'
import type { Attachment } from '../attachment/attachment.ts'
import type { Instant } from '../clock.ts'
import type { EventId, TenantId } from '../id.ts'
import type { Key, KeyVersion } from '../key/key.ts'
import type { ManagedObject } from '../object/managed-object.ts'
import type { Principal, Token } from '../principal/principal.ts'
import type { CredentialHome } from '../tenant/credential-home.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type {
  IdempotencyRecord,
  LastUse,
  PolicyDocument,
  PolicyHistory,
  UsageReservation,
} from './record.ts'

/** Every kind of record, and the plain JSON value it holds. */
export interface RecordTypes {
  tenant: Tenant
  'credential-home': CredentialHome
  key: Key
  'key-version': KeyVersion
  object: ManagedObject
  principal: Principal
  token: Token
  policy: PolicyDocument
  'policy-history': PolicyHistory
  usage: UsageReservation
  'last-use': LastUse
  idempotency: IdempotencyRecord
  attachment: Attachment
  group: Group
  quorum: QuorumRule
  approval: Approval
}

export type RecordKind = keyof RecordTypes

/** A value as stored. `revision` starts at 1 and grows by one with each change. */
export interface Stored<K extends RecordKind> {
  readonly kind: K
  readonly tenant: TenantId
  readonly id: string
  readonly revision: number
  readonly value: RecordTypes[K]
}

/** What the engine indexes of a record; derived from the value by `indexOf`, never set by hand. */
export interface RecordIndex {
  /** Unique within (kind, tenant). */
  readonly name?: string
  /** The record it belongs to: a version's key, a token's principal. */
  readonly parent?: string
  /** When something falls due: a transition, a destruction, an expiry. */
  readonly due?: Instant
  /** Exact-match filters, `name=value`: `state=active`, `label:team=payments`. */
  readonly facets: readonly string[]
}

export interface Put<K extends RecordKind = RecordKind> {
  readonly kind: K
  readonly tenant: TenantId
  readonly id: string
  readonly value: RecordTypes[K]
  /** The revision this change was computed from; 0 means the record must not exist. */
  readonly expected: number
}

export interface Delete {
  readonly kind: RecordKind
  readonly tenant: TenantId
  readonly id: string
  readonly expected: number
}

/** An audit entry that must reach the log because what it tells of is committed. */
export interface OutboxEntry {
  readonly id: EventId
  /** Canonical JSON, exactly as it will be appended. */
  readonly entry: string
}

/** A record that a change was computed from, and does not change itself. */
export interface Unchanged {
  readonly kind: RecordKind
  readonly tenant: TenantId
  readonly id: string
  readonly expected: number
}

/** All or nothing, durable when `commit` resolves; `conflict` when a revision or a name is not as expected. */
export interface UnitOfWork {
  readonly puts: readonly Put[]
  readonly deletes?: readonly Delete[]
  /** Must be as they were read, or nothing is done. */
  readonly unchanged?: readonly Unchanged[]
  readonly outbox?: OutboxEntry
}

export interface ListQuery {
  readonly tenant: TenantId
  /** All must match. */
  readonly facets?: readonly string[]
  readonly parent?: string
  readonly namePrefix?: string
  /** Id of the last record of the page before (ids are time-ordered). */
  readonly after?: string
  readonly limit: number
  readonly descending?: boolean
}

export interface Page<K extends RecordKind> {
  readonly records: readonly Stored<K>[]
  /** Pass as `after` for the next page; absent on the last. */
  readonly next?: string
  /** Ids of rows that do not authenticate: named, and never in the way of the rest. */
  readonly damaged: readonly string[]
}

/**
 * The store as the domain needs it. Reads return only what authenticates: a row that was edited, moved or
 * put back from an older copy throws `integrity` and names itself.
 */
export interface Store {
  get<K extends RecordKind>(kind: K, tenant: TenantId, id: string): Promise<Stored<K> | undefined>
  getByName<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    name: string,
  ): Promise<Stored<K> | undefined>
  list<K extends RecordKind>(kind: K, query: ListQuery): Promise<Page<K>>
  /**
   * Records of any tenant that fall due at or before `until`, earliest first.
   * @param skips tenants whose records are passed over, and do not count
   */
  due<K extends RecordKind>(
    kind: K,
    until: Instant,
    limit: number,
    skips?: (tenant: TenantId) => boolean,
  ): Promise<readonly Stored<K>[]>
  /** How many records of a kind a tenant has, or how many of them with a facet. */
  count(kind: RecordKind, tenant: TenantId, facet?: string): Promise<number>
  /** The earliest due date of a kind, for the scheduler's next wake. */
  nextDue(kind: RecordKind): Promise<Instant | undefined>
  commit(work: UnitOfWork): Promise<void>
  /** Outbox entries not yet known to be in the log, oldest first. */
  pendingOutbox(): Promise<readonly OutboxEntry[]>
  /** Forgets outbox entries that the log now holds; may be lazy. */
  settleOutbox(ids: readonly EventId[]): void
  /** Overwrites on the disk what changes before this call replaced or deleted. */
  scrub(): Promise<void>
}

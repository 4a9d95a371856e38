import type { AttachmentChange } from '../attachment/attachment.ts'
import type { EventDetails } from '../audit/event.ts'
import type { Instant } from '../clock.ts'
import type { MaybePromise } from '../custody/custody.ts'
import type { KeyId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { Permit } from '../policy/permit.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import type { LastUse } from '../storage/record.ts'
import type { Delete, Put, Stored, Unchanged } from '../storage/store.ts'
import type { AttachmentCache } from './attachment-cache.ts'
import type { KeyUse, UseRequest } from './data-operation.ts'
import type { KeyCache, KeyRef, LoadedKey } from './key-cache.ts'
import type { KeeperPorts } from './ports.ts'
import type { TenantCounts } from './tenant/quota-rail.ts'

/** What each kind of target resolves to before an operation runs. */
export interface Subjects {
  key: LoadedKey
  object: Stored<'object'>
  principal: Stored<'principal'>
  token: Stored<'token'>
  policy: Stored<'policy'>
  group: Stored<'group'>
  quorum: Stored<'quorum'>
  approval: Stored<'approval'>
  tenant: undefined
  log: undefined
  seal: undefined
}

export type TargetKind = keyof Subjects

/** `ref` is an id or a name; for kinds without records (tenant, log, seal) it is only what is recorded. */
export interface TargetRef<Kind extends TargetKind> {
  readonly kind: Kind
  readonly ref: string
  /** Attributes of a thing that does not exist yet, for policies on its creation. */
  readonly attributes?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
}

export interface TenantFigures extends TenantCounts {
  /** Since the keeper started, as is the next. */
  readonly requests: number
  /** Refused because there were more of them in a second than the tenant may make. */
  readonly refused: number
}

export interface ManagementScope<Kind extends TargetKind> {
  readonly session: Session
  readonly tenant: TenantId
  readonly now: Instant
  readonly subject: Subjects[Kind]
  readonly ports: KeeperPorts
  readonly keys: KeyCache
  readonly attachments: AttachmentCache
  /** Proof of this operation's authorization, for what custody opens on its behalf. */
  readonly permit: Permit
  /** What a tenant has, and does. */
  readonly figures: (tenant: TenantId) => Promise<TenantFigures>
  /** Drops what is kept in memory of a tenant that is no more. */
  readonly forget: (tenant: TenantId) => void
  readonly lastUse: (key: KeyId) => Promise<LastUse | undefined>
  /** Admits a key to a use, with its own authorization: to unwrap an import, say. */
  use(key: KeyRef, request: UseRequest): MaybePromise<KeyUse>
}

/** What an operation wants written, and what it answers once that is durable and recorded. */
export interface Change<Output> {
  readonly output: Output
  readonly puts?: readonly Put[]
  readonly deletes?: readonly Delete[]
  /** What it was computed from and does not write. */
  readonly unchanged?: readonly Unchanged[]
  /** For the audit entry; safe by construction. */
  readonly details?: EventDetails
  /** Runs after the commit and before the answer; for effects outside the store. */
  readonly after?: () => void | Promise<void>
}

/**
 * Everything that is not a data operation, as data: one file each, each with its own action. `run` reads
 * and computes; `execute` writes, records and answers. It may run again after a conflicting change, so it
 * has no effect of its own.
 */
export interface ManagementOperation<Kind extends TargetKind, Input, Output> {
  readonly action: Action
  readonly target: (input: Input) => TargetRef<Kind>
  readonly run: (scope: ManagementScope<Kind>, input: Input) => MaybePromise<Change<Output>>
  /** Only for creations that take an idempotency key: finds the earlier answer again. */
  readonly replay?: (scope: ManagementScope<Kind>, id: string) => MaybePromise<Output>
  /** The id that a replay will be given. */
  readonly resultId?: (output: Output) => string
  /** Whether it may run while the root key is not there, or the tenant's own seal is closed (seal operations only). */
  readonly whileSealed?: 'keeper' | 'tenant'
}

export interface ManagementOptions {
  /** The revision the caller saw (`If-Match`); another one is `precondition-failed`. */
  readonly expectedRevision?: number
  readonly idempotency?: { readonly key: string; readonly requestHash: string }
}

export interface ExecuteOptions<Output> extends ManagementOptions {
  /**
   * Decides and checks everything, writes and counts nothing, and answers by throwing `dry-run` where it
   * would have succeeded.
   */
  readonly dryRun?: boolean
  /** What the protocol keeps with the key that this makes or changes, written in the same unit of work. */
  readonly attachments?: (output: Output) => {
    readonly key: KeyId
    readonly changes: readonly AttachmentChange[]
  }
}

export interface ManagementAnswer<Output> {
  readonly output: Output
  /** Index of the audit entry that tells of this call. */
  readonly entry: number
}

export type { RequestContext, Session }

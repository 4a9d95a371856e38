import type { Instant } from '../clock.ts'
import type { ErrorCode } from '../error.ts'
import type { EventId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { RequestContext, Session } from '../principal/principal.ts'

/** `denied` is policy's no; `failed` is every other refusal or failure; `partial` a batch of both. */
export type Outcome = 'allowed' | 'denied' | 'failed' | 'partial'

/** Safe to log by construction: ids, names, counts and words of the domain; never input bytes. */
export type EventDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** What an event was done to. */
export interface EventTarget {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly spec?: string
  readonly state?: string
}

/** One audited act. `docs/spec/audit-entry.md` gives the meaning and bounds of every field. */
export interface AuditEvent {
  readonly id: EventId
  readonly at: Instant
  readonly tenant: TenantId
  readonly action: Action
  readonly session: Session
  readonly request: RequestContext
  readonly target: EventTarget
  readonly outcome: Outcome
  readonly error?: ErrorCode | undefined
  readonly policies: readonly string[]
  /** The one mechanism used, and the versions of the target that were. */
  readonly mechanism?: string | undefined
  readonly versions?: readonly number[] | undefined
  /** Items of a data operation and how many of them failed. */
  readonly items?: number | undefined
  readonly failed?: number | undefined
  readonly bytes?: number | undefined
  readonly riskAcknowledged?: boolean | undefined
  readonly details?: EventDetails | undefined
}

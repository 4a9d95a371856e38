import { encodeEntry } from '../audit/entry.ts'
import type { AuditEvent, EventDetails, EventTarget } from '../audit/event.ts'
import type { Instant } from '../clock.ts'
import { isKeeperError, KeeperError } from '../error.ts'
import { DEFAULT_TENANT, type EventId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { Decision, Resource } from '../policy/authorizer.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import { isInternal } from './internal-session.ts'
import type { KeeperPorts } from './ports.ts'
import type { Traffic } from './tenant/traffic.ts'

const INTERNAL_DECISION: Decision = Object.freeze({
  allowed: true,
  policies: Object.freeze(['internal']),
})
const ANONYMOUS_DECISION: Decision = Object.freeze({
  allowed: true,
  policies: Object.freeze(['holder-of-share']),
})

/** Shares authenticate themselves; nobody can hold a token of a sealed keeper. */
const ANONYMOUS_ACTIONS: readonly Action[] = [
  'seal.initialize',
  'seal.unseal',
  'seal.check-share',
  'break-glass.open',
]

const OPERATING_ACTIONS: ReadonlySet<Action> = new Set<Action>([
  'backup.create',
  'backup.tombstones',
  'break-glass.create',
  'tenant.create',
  'tenant.get',
  'tenant.list',
  'tenant.suspend',
  'tenant.resume',
  'tenant.set-quota',
  'tenant.shred',
  'seal.seal',
  'seal.rekey',
  'seal.rotate-root',
])

/** What an entry says of a call that had no effect by its caller's wish. */
export const DRY = Object.freeze({ dryRun: true })

/** The answer to a dry run that found nothing in the way. */
export function dryRun(entry: number): KeeperError {
  const error = new KeeperError('dry-run', 'it would have succeeded; nothing was done')
  refusals.set(error, entry)
  return error
}

interface RefusedCall {
  readonly session: Session
  readonly action: Action
  readonly target: string | EventTarget
  readonly request: RequestContext
  readonly details: EventDetails | undefined
}

const refusals = new WeakMap<object, number>()

/** Index of the audit entry that tells of a refused call, where its error was recorded. */
export function refusalEntry(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null ? refusals.get(error) : undefined
}

/** What both halves of `execute` share: may this call come in, and is it written down. */
export class Admission {
  readonly #ports: KeeperPorts
  readonly #traffic: Traffic

  constructor(ports: KeeperPorts, traffic: Traffic) {
    this.#ports = ports
    this.#traffic = traffic
  }

  /** The tenant's rate has room, it and the keeper are unsealed, the log accepts, the session is still good. */
  assertOpen(session: Session, now: Instant, whileSealed?: 'keeper' | 'tenant'): void {
    if (session.expiresAt <= now) {
      throw new KeeperError('unauthenticated', 'the credential has expired; ask for a new one')
    }
    this.#traffic.admit(session, now)
    if (whileSealed === undefined) this.#ports.custody.assertReady(session.tenant)
    else if (whileSealed === 'tenant') this.#ports.custody.assertReady()
    if (whileSealed === undefined && !isInternal(session))
      this.#ports.assertTakenUp?.(session.tenant)
    this.assertCurrent(session)
    const { failure } = this.#ports.log
    if (failure !== undefined) throw failure
  }

  /** Nothing that the session rests on has ended; asked again whenever a call had to wait. */
  assertCurrent(session: Session): void {
    if (this.#ports.isCurrent?.(session) === false && !isUnbound(session)) {
      throw new KeeperError('unauthenticated', 'the credential has ended; ask for a new one')
    }
  }

  /** The decision, or `denied`. */
  authorize(
    session: Session,
    action: Action,
    resource: Resource,
    request: RequestContext,
  ): Decision {
    if (isInternal(session)) return INTERNAL_DECISION
    if (session.authentication === 'anonymous') {
      if (ANONYMOUS_ACTIONS.includes(action)) return ANONYMOUS_DECISION
      throw new KeeperError('unauthenticated', 'this call needs a credential')
    }
    assertOfTenant(session, action)
    const decision = this.#ports.authorizer.decide(session, action, resource, request)
    if (decision.allowed) {
      if (request.narrow === undefined) return decision
      const policies = [...decision.policies, ...request.narrow(action, resource)]
      return { allowed: true, policies }
    }
    throw new KeeperError(
      'denied',
      // Not the name: whoever asked by id is not told what the thing is called.
      `\`${session.name}\` may not ${action} on this ${resource.kind}`,
      { details: { action } },
    )
  }

  /**
   * The answer to a target that is not there: `denied` to whoever could not have used it either, so that
   * names cannot be probed.
   */
  unknown(
    session: Session,
    action: Action,
    kind: Resource['kind'],
    ref: string,
    request: RequestContext,
  ): KeeperError {
    const resource: Resource = { kind, id: ref, name: ref, revision: 0, attributes: {} }
    try {
      this.authorize(session, action, resource, request)
    } catch (error) {
      if (isKeeperError(error)) return error
      throw error
    }
    return new KeeperError('not-found', `no ${kind} \`${ref.slice(0, 128)}\``, {
      details: { kind },
    })
  }

  /** Writes an event and resolves to its index once it is on disk. */
  record(event: AuditEvent): Promise<number> {
    return this.#ports.log.append(encodeEntry(event))
  }

  /** A fresh id for an event. */
  eventId(): EventId {
    return this.#ports.ids.uuid() as EventId
  }

  /** Records a refusal or a failure; returns what the caller is to be told. */
  async refused(
    { session, action, target, request, details }: RefusedCall,
    error: unknown,
  ): Promise<unknown> {
    const known = isKeeperError(error) ? error : undefined
    if (known?.code === 'log-unavailable' || this.#traffic.isUntold(error)) return known
    const outcome =
      known?.code === 'denied' || known?.code === 'unauthenticated' ? 'denied' : 'failed'
    const entry = await this.record({
      id: this.eventId(),
      at: this.#ports.clock.now(),
      tenant: session.tenant,
      session,
      request,
      action,
      target:
        typeof target === 'string'
          ? { kind: kindOf(action), id: '', name: target.slice(0, 128) }
          : target,
      policies: [],
      outcome,
      error: known?.code,
      details,
    })
    if (typeof error === 'object' && error !== null) refusals.set(error, entry)
    return error
  }
}

/** What is done to the keeper as a whole is for those who operate it, whatever a tenant's own policies say. */
function assertOfTenant({ tenant, name }: Session, action: Action): void {
  if (tenant === DEFAULT_TENANT || !OPERATING_ACTIONS.has(action)) return
  throw new KeeperError('denied', `\`${name}\` may not ${action}: it is for the first tenant`, {
    details: { action },
  })
}

/** Sessions that rest on no credential: the keeper's own, and those of nobody in particular. */
function isUnbound(session: Session): boolean {
  return session.authentication === 'internal' || session.authentication === 'anonymous'
}

function kindOf(action: Action): string {
  const dot = action.indexOf('.')
  return dot < 0 ? action : action.slice(0, dot)
}

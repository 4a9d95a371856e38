import type {
  Action,
  Decision,
  Instant,
  RequestContext,
  Resource,
  Session,
  TenantId,
} from '@claviger/core'
import { type CompiledScope, compileScope } from '../token-scope.ts'
import { ALLOWED_BY_NOTHING, type Slice, type TenantPolicies } from './tenant-policies.ts'

export interface DecisionCacheOptions {
  readonly decisionsMax: number
  readonly now: () => Instant
  readonly policiesOf: (tenant: TenantId) => TenantPolicies
  /** Undefined for a denial that must not be kept. */
  readonly evaluate: (
    slice: Slice,
    session: Session,
    action: Action,
    resource: Resource,
    request: RequestContext,
  ) => Decision | undefined
}

/** As finely as policies can tell times apart. */
const MINUTE_MS = 60_000

const OUT_OF_SCOPE: Decision = Object.freeze({
  allowed: false,
  policies: Object.freeze(['token-scope']),
})

/** What is kept of one session under one set of policies. */
interface SessionDecisions {
  readonly policies: TenantPolicies
  readonly epoch: number
  readonly scope: CompiledScope
  readonly actions: Map<Action, ActionDecisions>
}

/** What is kept of one action of a session: by kind of resource, or by resource, as its policies need. */
interface ActionDecisions {
  readonly slice: Slice
  readonly inScope: boolean
  /** Nothing of the resource but its kind is looked at, nor of the call. */
  readonly plain: boolean
  readonly byKind: Partial<Record<Resource['kind'], Decision>>
  byCall: Map<string, Decision>
  byResource: WeakMap<Resource, Decision | Map<string, Decision>>
  generation: number
}

/**
 * Decisions already made. They hang on the `Session` object, which is another one after any change of a
 * principal or token, and on the set of policies. Where a policy looks at the resource they hang on the
 * `Resource` object as well: it is never changed, only replaced, so its attributes cannot differ.
 *
 * The time is a part of the question as well, by the minute, where a policy looks at it.
 *
 * INVARIANT: a part of the question that a slice's policies can see is a part of the key.
 */
export class DecisionCache {
  readonly #options: DecisionCacheOptions
  readonly #sessions = new WeakMap<Session, SessionDecisions>()
  #epoch = 0
  /** Decisions by resource or call since the last generation; all are dropped when there are too many. */
  #kept = 0
  #generation = 0

  constructor(options: DecisionCacheOptions) {
    this.#options = options
  }

  /** Drops every decision, at once. */
  clear(): void {
    this.#epoch++
  }

  decide(session: Session, action: Action, resource: Resource, request: RequestContext): Decision {
    const known = this.#sessions.get(session)
    const decisions =
      known !== undefined && known.policies.inForce && known.epoch === this.#epoch
        ? known
        : this.#open(session)
    const kept = decisions.actions.get(action) ?? this.#openAction(decisions, session, action)
    if (!kept.inScope) return OUT_OF_SCOPE
    if (decisions.scope.allowsResource?.(action, resource) === false) return OUT_OF_SCOPE
    if (kept.plain) {
      return kept.byKind[resource.kind] ?? this.#byKind(kept, session, action, resource, request)
    }
    return this.#varying(kept, session, action, resource, request)
  }

  #open(session: Session): SessionDecisions {
    const decisions: SessionDecisions = {
      policies: this.#options.policiesOf(session.tenant),
      epoch: this.#epoch,
      scope: compileScope(session.scope),
      actions: new Map(),
    }
    this.#sessions.set(session, decisions)
    return decisions
  }

  #openAction(decisions: SessionDecisions, session: Session, action: Action): ActionDecisions {
    const slice = decisions.policies.slice(session, action)
    const { resource, protocol, peer, time } = slice.reads
    const kept: ActionDecisions = {
      slice,
      inScope: decisions.scope.allowsAction(action),
      plain: !resource && !protocol && !peer && !time,
      byKind: {},
      byCall: new Map(),
      byResource: new WeakMap(),
      generation: this.#generation,
    }
    decisions.actions.set(action, kept)
    return kept
  }

  #byKind(
    kept: ActionDecisions,
    session: Session,
    action: Action,
    resource: Resource,
    request: RequestContext,
  ): Decision {
    const decision = this.#options.evaluate(kept.slice, session, action, resource, request)
    if (decision === undefined) return ALLOWED_BY_NOTHING
    kept.byKind[resource.kind] = decision
    return decision
  }

  #varying(
    kept: ActionDecisions,
    session: Session,
    action: Action,
    resource: Resource,
    request: RequestContext,
  ): Decision {
    if (kept.generation !== this.#generation) {
      kept.byCall = new Map()
      kept.byResource = new WeakMap()
      kept.generation = this.#generation
    }
    const { reads } = kept.slice
    if (!reads.protocol && !reads.peer && !reads.time) {
      const known = kept.byResource.get(resource) as Decision | undefined
      if (known !== undefined) return known
      const decision = this.#evaluate(kept.slice, session, action, resource, request)
      if (decision !== undefined) kept.byResource.set(resource, decision)
      return decision ?? ALLOWED_BY_NOTHING
    }
    const calls = reads.resource ? callsOf(kept, resource) : kept.byCall
    // Read once: what is evaluated is the minute that the decision is kept for.
    const asked = reads.time ? { ...request, at: this.#minuteOf(request) } : request
    const call = callKey(kept, resource, asked)
    const known = calls.get(call)
    if (known !== undefined) return known
    const decision = this.#evaluate(kept.slice, session, action, resource, asked)
    if (decision !== undefined) calls.set(call, decision)
    return decision ?? ALLOWED_BY_NOTHING
  }

  #minuteOf({ at }: RequestContext): Instant {
    const now = at ?? this.#options.now()
    return now - (now % MINUTE_MS)
  }

  /** Counts what will be kept: at the limit everything kept so goes, which at most doubles the work. */
  #evaluate(
    slice: Slice,
    session: Session,
    action: Action,
    resource: Resource,
    request: RequestContext,
  ): Decision | undefined {
    if (++this.#kept > this.#options.decisionsMax) {
      this.#kept = 0
      this.#generation++
    }
    const narrowed = slice.narrow?.(resource) ?? slice
    return this.#options.evaluate(narrowed, session, action, resource, request)
  }
}

function callsOf({ byResource }: ActionDecisions, resource: Resource): Map<string, Decision> {
  const known = byResource.get(resource)
  if (known instanceof Map) return known
  const calls = new Map<string, Decision>()
  byResource.set(resource, calls)
  return calls
}

function callKey({ slice }: ActionDecisions, { kind }: Resource, request: RequestContext): string {
  const protocol = slice.reads.protocol ? request.protocol : ''
  const peer = slice.reads.peer ? request.peer : ''
  const at = slice.reads.time ? request.at : ''
  return `${kind}\n${protocol}\n${peer}\n${at}`
}

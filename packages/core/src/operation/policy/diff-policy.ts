import type { PrincipalId } from '../../id.ts'
import { type Action, ACTIONS } from '../../policy/action.ts'
import type { Authorizer, Resource } from '../../policy/authorizer.ts'
import type { RequestContext, Session } from '../../principal/principal.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { resourceOf } from '../subject.ts'
import { applyProposal, type PolicyProposal } from './proposal.ts'
import { type AskedCall, requestOf, sessionOf } from './question.ts'

/** How many decisions a comparison looks at, each of them twice. */
export const DIFF_DECISIONS_MAX = 20_000
/** How many of those that change it tells. */
export const DIFF_CHANGES_MAX = 1_000
/** Others are served after so many. */
const DECISIONS_AT_ONCE = 64

export interface DiffPolicyInput extends PolicyProposal, AskedCall {}

export interface ChangedDecision {
  readonly principal: PrincipalId
  readonly name: string
  readonly action: Action
  /** The key's name; `*` where it is done to something else: any of its kind. */
  readonly target: string
  /** Whether it would be allowed. */
  readonly allowed: boolean
  /** The policies that decide, as things are and as they would be. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface DiffPolicyOutput {
  readonly changes: readonly ChangedDecision[]
  /** How many decisions change, of those that were looked at. */
  readonly changed: number
  readonly examined: number
  /** Whether there was more to look at than was, or more changes than are told. */
  readonly truncated: boolean
}

/** Which decisions would change if a policy were put, changed or deleted. */
export const diffPolicy: ManagementOperation<'tenant', DiffPolicyInput, DiffPolicyOutput> = {
  action: 'policy.explain',
  target: () => ({ kind: 'tenant', ref: 'policies' }),
  run: async (scope, input) => {
    const { policies } = scope.ports
    const { inForce, proposed, texts } = await applyProposal(scope, input)
    const { resources, more } = await resourcesByAction(scope)
    const comparison = new Comparison(
      policies.rehearse(inForce),
      policies.rehearse(proposed),
      requestOf(input),
    )
    const bears = policies.bearing(texts)
    for await (const session of sessions(scope, input)) {
      for (const [action, targets] of resources) {
        if (bears(session, action)) await comparison.add(session, action, targets)
      }
      if (comparison.isFull) break
    }
    return { output: comparison.outcome(more) }
  },
}

class Comparison {
  readonly #before: Authorizer
  readonly #after: Authorizer
  readonly #request: RequestContext
  readonly #changes: ChangedDecision[] = []
  #changed = 0
  #examined = 0
  #isFull = false

  constructor(before: Authorizer, after: Authorizer, request: RequestContext) {
    this.#before = before
    this.#after = after
    this.#request = request
  }

  get isFull(): boolean {
    return this.#isFull
  }

  async add(session: Session, action: Action, targets: readonly Resource[]): Promise<void> {
    for (const target of targets) {
      if (this.#examined === DIFF_DECISIONS_MAX) {
        this.#isFull = true
        return
      }
      this.#compare(session, action, target)
      if (++this.#examined % DECISIONS_AT_ONCE === 0) await breathe()
    }
  }

  outcome(more: boolean): DiffPolicyOutput {
    const truncated = more || this.#isFull || this.#changed > this.#changes.length
    const [changes, changed, examined] = [this.#changes, this.#changed, this.#examined]
    return { changes, changed, examined, truncated }
  }

  #compare(session: Session, action: Action, target: Resource): void {
    const before = this.#before.decide(session, action, target, this.#request)
    const after = this.#after.decide(session, action, target, this.#request)
    if (before.allowed === after.allowed || ++this.#changed > DIFF_CHANGES_MAX) return
    this.#changes.push({
      principal: session.principal,
      name: session.name,
      action,
      target: target.name,
      allowed: after.allowed,
      before: before.policies,
      after: after.policies,
    })
  }
}

/** Every key, for what is done to keys; for what is done to other things, one of the kind without attributes. */
async function resourcesByAction({ ports, tenant, keys }: ManagementScope<'tenant'>): Promise<{
  readonly resources: ReadonlyMap<Action, readonly Resource[]>
  readonly more: boolean
}> {
  const { records, next } = await ports.store.list('key', { tenant, limit: LIST_MAX })
  const ofKeys: Resource[] = []
  for (const { id } of records) {
    const loaded = await keys.read(tenant, id)
    if (loaded !== undefined) ofKeys.push(loaded.resource)
  }
  const resources = new Map<Action, readonly Resource[]>()
  for (const action of ACTIONS) {
    const kind = ports.policies.kindOf(action)
    if (kind === undefined) continue
    const nameless = resourceOf({ kind, ref: '*', attributes: {} }, undefined, tenant)
    resources.set(action, kind === 'key' ? ofKeys : [nameless])
  }
  return { resources, more: next !== undefined }
}

/** Of everybody who may come in. */
async function* sessions(
  { ports, tenant }: ManagementScope<'tenant'>,
  { authentication }: AskedCall,
): AsyncGenerator<Session> {
  let after: string | undefined
  do {
    const page = { tenant, limit: LIST_MAX, ...(after !== undefined && { after }) }
    const { records, next } = await ports.store.list('principal', page)
    for (const { value } of records) {
      if (!value.disabled) yield sessionOf(value, authentication)
    }
    after = next
  } while (after !== undefined)
}

/** A comparison takes seconds at its bound, and nobody else's call waits for it. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

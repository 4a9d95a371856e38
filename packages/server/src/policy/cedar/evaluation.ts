import type { Action, Decision, RequestContext, Resource, Session, TenantId } from '@claviger/core'
import type { CedarEngine } from './cedar-engine.ts'
import { cedarRequest } from './cedar-request.ts'
import { actionFacts } from './schema.ts'
import { ALLOWED_BY_NOTHING, type Slice } from './tenant-policies.ts'

/** What the operator should know of: nothing here reaches a caller. */
export interface PolicyProblem {
  readonly tenant: TenantId
  readonly policies: readonly string[]
  readonly message: string
}

/** Decisions by Cedar, none of them kept. */
export class Evaluation {
  readonly #engine: CedarEngine
  readonly #report: (problem: PolicyProblem) => void

  constructor(engine: CedarEngine, report: (problem: PolicyProblem) => void) {
    this.#engine = engine
    this.#report = report
  }

  /** Undefined when the engine was lost over it: a denial, but not one to keep. */
  decide(
    slice: Slice,
    session: Session,
    action: Action,
    resource: Resource,
    request: RequestContext,
  ): Decision | undefined {
    const { tenant, authentication } = session
    // `execute` settles these two without us; no policy that permits everybody means them.
    const isKnown =
      authentication === 'token' ||
      authentication === 'certificate' ||
      authentication === 'signature' ||
      authentication === 'oidc'
    if (!isKnown || slice.size === 0 || actionFacts(action) === undefined) return ALLOWED_BY_NOTHING
    try {
      // A peer that no policy asks about is left out: it costs, and could be no address at all.
      const seen = slice.reads.peer ? request : { ...request, peer: '' }
      const answer = this.#engine.evaluate(slice, cedarRequest(session, action, resource, seen))
      if (answer.errors.length === 0) {
        return Object.freeze({
          allowed: answer.allowed,
          policies: Object.freeze([...answer.policies]),
        })
      }
      // A forbid that failed might have forbidden.
      const policies = answer.errors.map(({ policy }) => policy)
      const message = answer.errors.map((error) => error.message).join('; ')
      this.#report({ tenant, policies, message })
      return Object.freeze({ allowed: false, policies: Object.freeze(policies) })
    } catch (error) {
      this.#report({ tenant, policies: Object.keys(slice.policies), message: String(error) })
      return undefined
    }
  }
}

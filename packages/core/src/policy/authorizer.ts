import type { RequestContext, Session } from '../principal/principal.ts'
import type { Action } from './action.ts'

/** What an action is done to, with the attributes policies may speak of. */
export interface Resource {
  readonly kind: 'key' | 'object' | 'tenant' | 'principal' | 'token' | 'policy' | 'log' | 'seal'
  readonly id: string
  readonly name: string
  /** Changes whenever an attribute does; cached decisions of older revisions are void. */
  readonly revision: number
  readonly attributes: Readonly<
    Record<string, string | number | boolean | Readonly<Record<string, string>>>
  >
}

export interface Decision {
  readonly allowed: boolean
  /** Ids of the policies that decided; empty when nothing allowed it. */
  readonly policies: readonly string[]
}

/** Decides; never throws for a denial. Cached decisions vanish the moment what they rest on changes. */
export interface Authorizer {
  decide(session: Session, action: Action, resource: Resource, context: RequestContext): Decision
}

/** Refuses a policy that does not parse or does not fit the schema: `invalid-input` naming the place. */
export interface PolicyChecker {
  check(text: string): void
}

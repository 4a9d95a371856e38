import type { RequestContext, Session } from '../principal/principal.ts'
import type { Action } from './action.ts'
import type { Resource } from './resource.ts'

export type { Resource } from './resource.ts'

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

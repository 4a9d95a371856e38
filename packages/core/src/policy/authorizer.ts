import type { RequestContext, Session } from '../principal/principal.ts'
import type { PolicyDocument } from '../storage/record.ts'
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

export interface PolicyFault {
  /** An error keeps the text from being put; a warning is of a rule that can never apply as things are. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** From 1, as is the column; absent where the fault has no place. */
  readonly line?: number
  readonly column?: number
}

/** A principal that a policy names by its id. */
export interface NamedPrincipal {
  readonly id: string
  readonly line: number
  readonly column: number
}

export interface PolicyInspection {
  readonly faults: readonly PolicyFault[]
  readonly principals: readonly NamedPrincipal[]
}

/** What can be told of policies without putting them in force. */
export interface PolicyChecker {
  /** Refuses a policy that does not parse or does not fit the schema: `invalid-input` naming the place. */
  check(text: string): void
  /** All that `check` would refuse the text for, and whom it names. Never throws. */
  inspect(text: string): PolicyInspection
  /**
   * Decides by the roles and these documents alone, and leaves what is in force as it is. `invalid-input`
   * when one of them does not parse.
   */
  rehearse(documents: readonly PolicyDocument[]): Authorizer
  /** Whether policies in these texts could have a say in what a session may do. Errs on the side of yes. */
  bearing(texts: readonly string[]): (session: Session, action: Action) => boolean
  /** What an action is done to; undefined for an action that no policy can speak of. */
  kindOf(action: Action): Resource['kind'] | undefined
}

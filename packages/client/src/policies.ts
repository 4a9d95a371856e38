import { toWire } from './bytes-on-wire.ts'
import type { ChangeOptions } from './keys.ts'
import type { Answered, Policy, Principal, Role } from './model.ts'
import type { CallOptions, Transport } from './transport.ts'

export type PolicyAnswer = Answered & { readonly policy: Policy }
export interface PolicyList extends Answered {
  readonly policies: readonly Policy[]
  readonly damaged: readonly string[]
}

export interface PolicyFault {
  /** An error keeps it from being put; a warning is of a rule that can never apply. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly line?: number
  readonly column?: number
}

export interface PolicyCheck extends Answered {
  readonly accepted: boolean
  readonly faults: readonly PolicyFault[]
}

/** How a call that is asked about comes in. */
export interface AskedCall {
  readonly authentication?: 'token' | 'certificate' | 'signature' | 'oidc' | undefined
  readonly protocol?: string | undefined
  readonly peer?: string | undefined
  /** RFC 3339; now if absent. */
  readonly at?: string | undefined
}

export interface PolicyQuestion extends AskedCall {
  readonly action: string
  /** Id or name of what it would be done to. */
  readonly target?: string | undefined
  /** Id or name; absent: everybody who may. */
  readonly principal?: string | undefined
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

export interface Explanation {
  /** Id. */
  readonly principal: string
  readonly name: string
  readonly kind: Principal['kind']
  readonly roles: readonly Role[]
  readonly groups: readonly string[]
  readonly disabled: boolean
  readonly allowed: boolean
  readonly policies: readonly string[]
  readonly missingRoles: readonly Role[]
  readonly tokens: readonly {
    readonly id: string
    readonly description: string
    readonly allowed: boolean
  }[]
}

export interface ExplanationPage extends Answered {
  readonly action: string
  readonly target: string
  readonly explanations: readonly Explanation[]
  readonly examined: number
  readonly next?: string
  readonly damaged: readonly string[]
}

export interface PolicyHistoryAnswer extends Answered {
  readonly name: string
  /** Oldest first. */
  readonly versions: readonly {
    readonly version: number
    readonly at: string
    readonly by: { readonly id: string; readonly name: string }
    /** Absent: it was taken out of force. */
    readonly text?: string
  }[]
}

/** A policy as it might be; without a text: out of force. */
export interface PolicyProposal {
  readonly name: string
  readonly text?: string | undefined
}

export interface ChangedDecision {
  /** Id. */
  readonly principal: string
  readonly name: string
  readonly action: string
  /** The key's name; `*` for any thing of another kind. */
  readonly target: string
  readonly allowed: boolean
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface PolicyDiff extends Answered {
  readonly changes: readonly ChangedDecision[]
  readonly changed: number
  readonly examined: number
  readonly truncated: boolean
}

export interface Expectation extends AskedCall {
  /** Id or name. */
  readonly principal: string
  readonly action: string
  readonly target?: string | undefined
  readonly expect: 'allowed' | 'denied'
}

export interface PolicyTrial extends Answered {
  readonly results: readonly {
    readonly met: boolean
    readonly decision: 'allowed' | 'denied'
    readonly policies: readonly string[]
  }[]
  readonly failed: number
}

/** Cedar policies of the tenant, by name. */
export class Policies {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async list(options: CallOptions = {}): Promise<PolicyList> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['policies'],
      ...options,
    })) as PolicyList
  }

  async get(policy: string, options: CallOptions = {}): Promise<PolicyAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['policies', policy],
      ...options,
    })) as PolicyAnswer
  }

  /** New or changed; in force before this returns. */
  async put(policy: string, text: string, options: ChangeOptions = {}): Promise<PolicyAnswer> {
    return (await this.#transport.json({
      method: 'PUT',
      path: ['policies', policy],
      body: { text },
      repeatable: options.expectedRevision === undefined,
      ...options,
    })) as PolicyAnswer
  }

  async delete(
    policy: string,
    options: ChangeOptions = {},
  ): Promise<Answered & { readonly name: string }> {
    return (await this.#transport.json({
      method: 'DELETE',
      path: ['policies', policy],
      ...options,
    })) as Answered & { readonly name: string }
  }

  /** Of a policy that is gone, too. */
  async history(policy: string, options: CallOptions = {}): Promise<PolicyHistoryAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['policies', policy, 'history'],
      ...options,
    })) as PolicyHistoryAnswer
  }

  /** What is wrong with a text, without putting it. */
  async check(text: string, options: CallOptions = {}): Promise<PolicyCheck> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['policies', 'check'],
      body: { text },
      repeatable: true,
      ...options,
    })) as PolicyCheck
  }

  /** Why a principal may do something or not, or who may: one page of the principals looked at. */
  async explain(question: PolicyQuestion, options: CallOptions = {}): Promise<ExplanationPage> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['policies', 'explain'],
      body: toWire(question),
      repeatable: true,
      ...options,
    })) as ExplanationPage
  }

  /** Which decisions would change if it were put, changed or deleted. */
  async diff(proposal: PolicyProposal & AskedCall, options: CallOptions = {}): Promise<PolicyDiff> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['policies', 'diff'],
      body: toWire(proposal),
      repeatable: true,
      ...options,
    })) as PolicyDiff
  }

  /** Holds expectations against the policies in force, or as they would be. */
  async test(
    expectations: readonly Expectation[],
    proposal?: PolicyProposal,
    options: CallOptions = {},
  ): Promise<PolicyTrial> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['policies', 'test'],
      body: toWire({ expectations, proposal }),
      repeatable: true,
      ...options,
    })) as PolicyTrial
  }
}

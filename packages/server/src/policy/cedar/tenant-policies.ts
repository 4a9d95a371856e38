import type { Action, Decision, PolicyDocument, Resource, Role, Session } from '@claviger/core'
import type { PolicySlice } from './cedar-engine.ts'
import { type NamedPolicy, namePolicies, type ParsedPolicy, type Reads } from './parsed-policy.ts'

/** The policies that can bear on one caller's action, and what of the question they look at. */
export interface Slice extends PolicySlice {
  readonly size: number
  readonly reads: Reads
  /** Those that can have a say on one resource, where there are many. */
  readonly narrow?: (resource: Resource) => Slice
}

export const ALLOWED_BY_NOTHING: Decision = Object.freeze({
  allowed: false,
  policies: Object.freeze([]),
})

type BuiltIn = Readonly<Partial<Record<Role, NamedPolicy>>>
type Parsed = ReadonlyMap<string, readonly ParsedPolicy[]>

/** So many policies Cedar evaluates sooner than it parses a slice of fewer. */
const WHOLE_MAX = 16

let policySets = 0

/**
 * One tenant's policies as they are in force. Replaced whole by any change; decisions hang on the object,
 * and are void as soon as it is retired.
 */
export class TenantPolicies {
  /** Documents already parsed, by text, for the set that will replace this one. */
  readonly parsed: Parsed
  readonly #builtIn: BuiltIn
  readonly #own: readonly NamedPolicy[]
  readonly #covers: (action: Action) => boolean
  /** Never used again, so that a slice's key never means other texts. */
  readonly #serial = ++policySets
  readonly #byAction = new Map<Action, readonly [string, NamedPolicy][]>()
  #inForce = true

  private constructor(
    builtIn: BuiltIn,
    own: readonly NamedPolicy[],
    parsed: Parsed,
    covers: (action: Action) => boolean = () => true,
  ) {
    this.#builtIn = builtIn
    this.#own = own
    this.parsed = parsed
    this.#covers = covers
  }

  /** Throws when two policies have one name: Cedar would keep one of them, and that may be the permit. */
  static loaded(
    builtIn: BuiltIn,
    documents: readonly PolicyDocument[],
    parsed: Parsed,
  ): TenantPolicies {
    const own = documents.flatMap(({ name, text }) => namePolicies(name, parsed.get(text) ?? []))
    const names = new Set(own.map(({ id }) => id))
    if (names.size !== own.length) throw new Error('two policies have the same name')
    return new TenantPolicies(builtIn, own, parsed)
  }

  /** Only what it takes to repair the policies. */
  static restricted({ administrator }: BuiltIn): TenantPolicies {
    const builtIn = administrator === undefined ? {} : { administrator }
    return new TenantPolicies(builtIn, [], new Map(), (action) => action.startsWith('policy.'))
  }

  static unloaded(): TenantPolicies {
    return new TenantPolicies({}, [], new Map(), () => false)
  }

  get inForce(): boolean {
    return this.#inForce
  }

  retire(): void {
    this.#inForce = false
  }

  /** The tenant's own policies on an action: a first decision of one of thousands of callers scans no others. */
  #covering(action: Action): readonly [string, NamedPolicy][] {
    const known = this.#byAction.get(action)
    if (known !== undefined) return known
    const covering: [string, NamedPolicy][] = []
    for (const [index, policy] of this.#own.entries()) {
      if (policy.covers(action)) covering.push([`${index}`, policy])
    }
    this.#byAction.set(action, covering)
    return covering
  }

  slice(session: Session, action: Action): Slice {
    const chosen: [string, NamedPolicy][] = []
    if (this.#covers(action)) {
      for (const role of session.roles) {
        const policy = this.#builtIn[role]
        if (policy?.covers(action)) chosen.push([role, policy])
      }
      for (const [name, policy] of this.#covering(action)) {
        if (policy.concerns(session)) chosen.push([name, policy])
      }
    }
    const whole = this.#sliceOf(chosen, {
      resource: chosen.some(([, { reads }]) => reads.resource),
      protocol: chosen.some(([, { reads }]) => reads.protocol),
      peer: chosen.some(([, { reads }]) => reads.peer),
      time: chosen.some(([, { reads }]) => reads.time),
    })
    if (chosen.length <= WHOLE_MAX) return whole
    const narrow = (resource: Resource): Slice => {
      const matching = chosen.filter(([, policy]) => policy.mayMatch(resource))
      return matching.length === chosen.length ? whole : this.#sliceOf(matching, whole.reads)
    }
    return { ...whole, narrow }
  }

  #sliceOf(chosen: readonly [string, NamedPolicy][], reads: Reads): Slice {
    const own = chosen.some(([, { id }]) => !id.startsWith('role:'))
    const names = chosen.map(([name]) => name).join()
    return {
      // Roles alone mean the same in every tenant.
      key: own ? `${this.#serial}/${names}` : names,
      policies: Object.fromEntries(chosen.map(([, { id, text }]) => [id, text])),
      size: chosen.length,
      reads,
    }
  }
}

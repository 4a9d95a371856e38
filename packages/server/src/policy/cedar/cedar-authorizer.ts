import type {
  Action,
  Authorizer,
  Decision,
  Instant,
  PolicyChecker,
  PolicyDocument,
  PolicyInspection,
  RequestContext,
  Resource,
  Role,
  Session,
  TenantId,
} from '@claviger/core'
import { CedarEngine, type CedarRequest } from './cedar-engine.ts'
import { DecisionCache } from './decision-cache.ts'
import { Evaluation, type PolicyProblem } from './evaluation.ts'
import {
  type NamedPolicy,
  type ParsedPolicy,
  parseBuiltInPolicies,
  parseText,
} from './parsed-policy.ts'
import { checkPolicy, inspectPolicy } from './policy-checker.ts'
import { Rehearsal } from './rehearsal.ts'
import { kindOf } from './schema.ts'
import { TenantPolicies } from './tenant-policies.ts'

export type { PolicyProblem } from './evaluation.ts'

export interface CedarAuthorizerOptions {
  /** Evaluation errors and policies that cannot be put in force; each of them denies. */
  readonly report?: (problem: PolicyProblem) => void
  /** How many decisions that hang on a resource or a peer are kept. */
  readonly decisionsMax?: number
  /** For policies that look at the time. */
  readonly now?: () => Instant
}

export interface CedarAuthorizer extends Authorizer, PolicyChecker {
  /** Puts the tenant's documents in force, in place of those before. Until then it denies the tenant everything. */
  setPolicies(tenant: TenantId, documents: readonly PolicyDocument[]): void
  /** Leaves only what administrators need to repair the policies: their own `policy.*` actions. */
  restrict(tenant: TenantId, reason: string): void
  /** Denies the tenant everything until its policies are set again. */
  forget(tenant: TenantId): void
  /** Drops every cached decision at once. */
  invalidate(): void
  /** Compiles the engine (some 100 ms, in place) ahead of the first decision, which otherwise waits for it. */
  warm(): void
}

const DECISIONS_MAX = 100_000

/** Nobody's: evaluated for nothing but its running through the engine. */
const WARMING_REQUEST: CedarRequest = {
  principal: { type: 'Principal', id: '' },
  action: { type: 'Action', id: 'key.encrypt' },
  resource: { type: 'Key', id: '' },
  context: {},
  entities: [],
}

export function createCedarAuthorizer(options: CedarAuthorizerOptions = {}): CedarAuthorizer {
  return new CachedCedar(options)
}

/** Decides from the cache, or by Cedar over the few policies that can bear on the question. */
class CachedCedar implements CedarAuthorizer {
  readonly #engine = new CedarEngine()
  readonly #rehearsal: Rehearsal
  readonly #report: (problem: PolicyProblem) => void
  readonly #tenants = new Map<TenantId, TenantPolicies>()
  readonly #decisions: DecisionCache
  #builtIn: Readonly<Record<Role, NamedPolicy>> | undefined

  constructor({ report, decisionsMax, now = Date.now }: CedarAuthorizerOptions) {
    this.#report = report ?? (() => {})
    this.#rehearsal = new Rehearsal(now)
    const evaluation = new Evaluation(this.#engine, this.#report)
    this.#decisions = new DecisionCache({
      decisionsMax: decisionsMax ?? DECISIONS_MAX,
      now,
      policiesOf: (tenant) => this.#policiesOf(tenant),
      evaluate: (...question) => evaluation.decide(...question),
    })
  }

  decide(session: Session, action: Action, resource: Resource, request: RequestContext): Decision {
    return this.#decisions.decide(session, action, resource, request)
  }

  check(text: string): void {
    checkPolicy(this.#engine, text)
  }

  inspect(text: string): PolicyInspection {
    return inspectPolicy(this.#engine, text)
  }

  rehearse(documents: readonly PolicyDocument[]): Authorizer {
    return this.#rehearsal.over(documents)
  }

  bearing(texts: readonly string[]): (session: Session, action: Action) => boolean {
    return this.#rehearsal.bearing(texts)
  }

  kindOf(action: Action): Resource['kind'] | undefined {
    return kindOf(action)
  }

  setPolicies(tenant: TenantId, documents: readonly PolicyDocument[]): void {
    const before = this.#tenants.get(tenant)
    // Whatever happens below, nothing decided by the policies before stays in force.
    before?.retire()
    const parsed = new Map<string, readonly ParsedPolicy[]>()
    for (const { name, text } of documents) {
      try {
        parsed.set(text, before?.parsed.get(text) ?? parseText(this.#engine, text))
      } catch (error) {
        return this.restrict(tenant, `policy \`${name}\` does not parse: ${String(error)}`, name)
      }
    }
    try {
      this.#tenants.set(tenant, TenantPolicies.loaded(this.#roles(), documents, parsed))
    } catch (error) {
      this.restrict(tenant, String(error), ...documents.map(({ name }) => name))
    }
  }

  restrict(tenant: TenantId, reason: string, ...policies: readonly string[]): void {
    this.#replace(tenant, TenantPolicies.restricted(this.#roles()))
    this.#report({ tenant, policies, message: reason })
  }

  forget(tenant: TenantId): void {
    this.#tenants.get(tenant)?.retire()
    this.#tenants.delete(tenant)
  }

  invalidate(): void {
    this.#decisions.clear()
  }

  warm(): void {
    const { user } = this.#roles()
    const slice = { key: 'user', policies: { [user.id]: user.text } }
    this.#engine.evaluate(slice, WARMING_REQUEST)
  }

  #replace(tenant: TenantId, policies: TenantPolicies): void {
    this.#tenants.get(tenant)?.retire()
    this.#tenants.set(tenant, policies)
  }

  #policiesOf(tenant: TenantId): TenantPolicies {
    const known = this.#tenants.get(tenant)
    if (known !== undefined) return known
    const message = 'its policies are not loaded; everything is denied until they are'
    this.#report({ tenant, policies: [], message })
    const unloaded = TenantPolicies.unloaded()
    this.#tenants.set(tenant, unloaded)
    return unloaded
  }

  #roles(): Readonly<Record<Role, NamedPolicy>> {
    this.#builtIn ??= parseBuiltInPolicies(this.#engine)
    return this.#builtIn
  }
}

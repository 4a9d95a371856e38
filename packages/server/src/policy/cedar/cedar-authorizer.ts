import type {
  Action,
  Authorizer,
  Decision,
  PolicyChecker,
  PolicyDocument,
  RequestContext,
  Resource,
  Role,
  Session,
  TenantId,
} from '@claviger/core'
import { CedarEngine, type CedarRequest } from './cedar-engine.ts'
import { cedarRequest } from './cedar-request.ts'
import { DecisionCache } from './decision-cache.ts'
import {
  type NamedPolicy,
  type ParsedPolicy,
  parseBuiltInPolicies,
  parseText,
} from './parsed-policy.ts'
import { checkPolicy } from './policy-checker.ts'
import { actionFacts } from './schema.ts'
import { ALLOWED_BY_NOTHING, type Slice, TenantPolicies } from './tenant-policies.ts'

/** What the operator should know of: nothing here reaches a caller. */
export interface PolicyProblem {
  readonly tenant: TenantId
  readonly policies: readonly string[]
  readonly message: string
}

export interface CedarAuthorizerOptions {
  /** Evaluation errors and policies that cannot be put in force; each of them denies. */
  readonly report?: (problem: PolicyProblem) => void
  /** How many decisions that hang on a resource or a peer are kept. */
  readonly decisionsMax?: number
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
  context: { protocol: '', authentication: '' },
  entities: [],
}

export function createCedarAuthorizer(options: CedarAuthorizerOptions = {}): CedarAuthorizer {
  return new CachedCedar(options)
}

/** Decides from the cache, or by Cedar over the few policies that can bear on the question. */
class CachedCedar implements CedarAuthorizer {
  readonly #engine = new CedarEngine()
  readonly #report: (problem: PolicyProblem) => void
  readonly #tenants = new Map<TenantId, TenantPolicies>()
  readonly #decisions: DecisionCache
  #builtIn: Readonly<Record<Role, NamedPolicy>> | undefined

  constructor({ report, decisionsMax }: CedarAuthorizerOptions) {
    this.#report = report ?? (() => {})
    this.#decisions = new DecisionCache({
      decisionsMax: decisionsMax ?? DECISIONS_MAX,
      policiesOf: (tenant) => this.#policiesOf(tenant),
      evaluate: (slice, session, action, resource, request) =>
        this.#evaluate(slice, session, action, resource, request),
    })
  }

  decide(session: Session, action: Action, resource: Resource, request: RequestContext): Decision {
    return this.#decisions.decide(session, action, resource, request)
  }

  check(text: string): void {
    checkPolicy(this.#engine, text)
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

  /** Undefined when the engine was lost over it: a denial, but not one to keep. */
  #evaluate(
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

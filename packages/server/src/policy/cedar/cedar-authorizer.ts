import type { Authorizer, PolicyChecker, PolicyDocument, TenantId } from '@claviger/core'

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
  /** Leaves only the built-in roles' `policy.*` actions, so that an administrator can repair what is damaged. */
  restrict(tenant: TenantId, reason: string): void
  /** Denies the tenant everything until its policies are set again. */
  forget(tenant: TenantId): void
  /** Drops every cached decision at once. */
  invalidate(): void
  /** Compiles the engine off the main thread; optional, the first decision otherwise does it in place. */
  warm(): Promise<void>
}

export function createCedarAuthorizer(_options: CedarAuthorizerOptions = {}): CedarAuthorizer {
  throw new Error('being written')
}

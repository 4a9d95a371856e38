import type { ChangeObserver, Store, TenantId } from '@claviger/core'
import type { CedarAuthorizer } from './cedar/cedar-authorizer.ts'

/** Keeps the authorizer's policies those of the store. */
export class PolicyFeed {
  constructor(store: Store, authorizer: CedarAuthorizer) {
    void store
    void authorizer
  }

  /** Loads the tenant's policies unless they are in force; for `Authenticator`'s `prepare`. */
  ensure(_tenant: TenantId): void | Promise<void> {}

  /** Puts a change of a policy in force before the call that made it is answered. */
  readonly observe: ChangeObserver = () => {}

  /** Forgets every tenant's policies, on sealing: what the store held may not be what it holds next. */
  reset(): void {}
}

import type { ChangeObserver, PolicyDocument, Store, TenantId } from '@claviger/core'
import type { CedarAuthorizer } from './cedar/cedar-authorizer.ts'

const PAGE = 256
const RETRY_MS = 1_000

/**
 * Keeps the authorizer's policies those of the store. A policy that cannot be read might forbid: without
 * it nothing is allowed but what repairs it.
 */
export class PolicyFeed {
  readonly #store: Store
  readonly #authorizer: CedarAuthorizer
  /** The latest load of each tenant; a later one begins when it has ended. */
  readonly #loads = new Map<TenantId, Promise<void>>()
  readonly #loaded = new Set<TenantId>()
  readonly #retries = new Map<TenantId, NodeJS.Timeout>()
  #generation = 0

  constructor(store: Store, authorizer: CedarAuthorizer) {
    this.#store = store
    this.#authorizer = authorizer
  }

  /** Loads the tenant's policies unless they are in force; for `Authenticator`'s `prepare`. */
  ensure(tenant: TenantId): void | Promise<void> {
    if (this.#loaded.has(tenant)) return undefined
    return this.#loads.get(tenant) ?? this.#reload(tenant)
  }

  /** Puts a change of a policy in force before the call that made it is answered. */
  readonly observe: ChangeObserver = (kind, tenant) =>
    kind === 'policy' ? this.#reload(tenant) : undefined

  /** Forgets every tenant's policies, on sealing: what the store holds may not be what it holds next. */
  reset(): void {
    this.#generation++
    for (const tenant of this.#loaded) this.#authorizer.forget(tenant)
    this.#loaded.clear()
    for (const retry of this.#retries.values()) clearTimeout(retry)
    this.#retries.clear()
  }

  /**
   * INVARIANT: loads of a tenant run one after the other, and one asked for after a change begins after
   * it; so the last that takes effect has seen every change.
   */
  #reload(tenant: TenantId): Promise<void> {
    const before = this.#loads.get(tenant) ?? Promise.resolve()
    const load = before.catch(() => {}).then(() => this.#load(tenant))
    this.#loads.set(tenant, load)
    const settle = () => {
      if (this.#loads.get(tenant) === load) this.#loads.delete(tenant)
    }
    load.then(settle, settle)
    return load
  }

  async #load(tenant: TenantId): Promise<void> {
    const generation = this.#generation
    try {
      const { documents, damaged } = await this.#read(tenant)
      if (generation !== this.#generation) return await this.#load(tenant)
      if (damaged.length > 0) {
        const reason = `its policy records ${damaged.join(', ')} do not authenticate`
        this.#authorizer.restrict(tenant, reason)
      } else this.#authorizer.setPolicies(tenant, documents)
      this.#loaded.add(tenant)
    } catch (error) {
      // Nothing is decided by policies that may have changed.
      if (this.#loaded.delete(tenant)) this.#retryLater(tenant)
      this.#authorizer.forget(tenant)
      throw error
    }
  }

  /** Sessions that are there already do not ask `ensure` again. */
  #retryLater(tenant: TenantId): void {
    clearTimeout(this.#retries.get(tenant))
    const again = () => {
      this.#retries.delete(tenant)
      if (this.#loaded.has(tenant)) return
      this.#reload(tenant).catch(() => {
        if (!this.#retries.has(tenant)) this.#retryLater(tenant)
      })
    }
    this.#retries.set(tenant, setTimeout(again, RETRY_MS).unref())
  }

  async #read(tenant: TenantId): Promise<{ documents: PolicyDocument[]; damaged: string[] }> {
    const documents: PolicyDocument[] = []
    const damaged: string[] = []
    let after: string | undefined
    do {
      const query = { tenant, limit: PAGE, ...(after !== undefined && { after }) }
      const page = await this.#store.list('policy', query)
      documents.push(...page.records.map(({ value }) => value))
      damaged.push(...page.damaged)
      after = page.next
    } while (after !== undefined)
    return { documents, damaged }
  }
}

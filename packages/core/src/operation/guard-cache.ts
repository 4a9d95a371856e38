import type { MaybePromise } from '../custody/custody.ts'
import { KeeperError } from '../error.ts'
import type { TenantId } from '../id.ts'
import type { Store, Stored } from '../storage/store.ts'

/** The quorums of a tenant, and the groups that they are made of. */
export interface Guards {
  readonly rules: readonly Stored<'quorum'>[]
  /** By id. */
  readonly groups: ReadonlyMap<string, Stored<'group'>>
}

const PAGE = 500
const TENANTS_MAX = 10_000

/**
 * What is guarded, in memory: it is asked at every call. INVARIANT: `drop` is called before the call that
 * changed a quorum or a group is answered.
 */
export class GuardCache {
  readonly #store: Store
  /** Null where nothing is guarded. */
  readonly #byTenant = new Map<TenantId, Guards | null>()
  #epoch = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Grows with every change. */
  get epoch(): number {
    return this.#epoch
  }

  /** Null where nothing is guarded; synchronous once it has been read. */
  of(tenant: TenantId): MaybePromise<Guards | null> {
    const known = this.#byTenant.get(tenant)
    return known === undefined ? this.#load(tenant) : known
  }

  drop(tenant: TenantId): void {
    this.#epoch++
    this.#byTenant.delete(tenant)
  }

  clear(): void {
    this.#epoch++
    this.#byTenant.clear()
  }

  async #load(tenant: TenantId): Promise<Guards | null> {
    for (;;) {
      const epoch = this.#epoch
      const rules = await this.#readAll('quorum', tenant)
      const groups = rules.length === 0 ? [] : await this.#readAll('group', tenant)
      if (epoch !== this.#epoch) continue
      const guards =
        rules.length === 0 ? null : { rules, groups: new Map(groups.map((one) => [one.id, one])) }
      if (this.#byTenant.size >= TENANTS_MAX) this.#byTenant.clear()
      this.#byTenant.set(tenant, guards)
      return guards
    }
  }

  /** Nothing is let through for want of a rule that does not authenticate. */
  async #readAll<K extends 'quorum' | 'group'>(kind: K, tenant: TenantId): Promise<Stored<K>[]> {
    const all: Stored<K>[] = []
    let after: string | undefined
    do {
      const query = { tenant, limit: PAGE, ...(after !== undefined && { after }) }
      const page = await this.#store.list(kind, query)
      if (page.damaged.length > 0) {
        throw new KeeperError('integrity', `a ${kind} does not authenticate: ${page.damaged[0]}`)
      }
      all.push(...page.records)
      after = page.next
    } while (after !== undefined)
    return all
  }
}

import type { MaybePromise } from '../custody/custody.ts'
import type { KeyId, TenantId } from '../id.ts'
import type { ListQuery, Page, Store, Stored } from '../storage/store.ts'

type One = Stored<'attachment'>

const PAGE = 500

/**
 * What protocols keep with keys and tenants, in memory: they ask at every call. Bounded; what was asked for
 * first leaves first. INVARIANT: `drop` is called before the call that changed an attachment is answered.
 */
export class AttachmentCache {
  readonly #store: Store
  readonly #entriesMax: number
  /** What is not there is remembered too, as null. */
  readonly #byName = new Map<string, One | null>()
  readonly #byKey = new Map<string, readonly One[]>()
  /** Grows with every drop: a read that began before a drop must not be cached after it. */
  #epoch = 0

  constructor(store: Store, entriesMax: number) {
    this.#store = store
    this.#entriesMax = entriesMax
  }

  /** Grows with every change: what was computed from attachments at another epoch may be stale. */
  get epoch(): number {
    return this.#epoch
  }

  /** Synchronous once it has been read. */
  get(tenant: TenantId, name: string): MaybePromise<One | undefined> {
    const known = this.#byName.get(`${tenant}\n${name}`)
    if (known !== undefined) return known ?? undefined
    return this.#load(this.#byName, `${tenant}\n${name}`, async () => {
      const stored = await this.#store.get('attachment', tenant, name)
      return stored ?? null
    }).then((stored) => stored ?? undefined)
  }

  /** All of one key's, by name; synchronous once they have been read. */
  ofKey(tenant: TenantId, key: KeyId): MaybePromise<readonly One[]> {
    const id = `${tenant}\n${key}`
    return this.#byKey.get(id) ?? this.#load(this.#byKey, id, () => this.#readAll(tenant, key))
  }

  /** Straight from the store. */
  list(query: ListQuery): Promise<Page<'attachment'>> {
    return this.#store.list('attachment', query)
  }

  /** `key`: whose it is from now on; it may have been another's. */
  drop(tenant: TenantId, name: string, key: KeyId | undefined): void {
    this.#epoch++
    this.#byName.delete(`${tenant}\n${name}`)
    if (key !== undefined) this.#byKey.delete(`${tenant}\n${key}`)
    for (const [id, all] of this.#byKey) {
      if (all.some((one) => one.id === name && one.tenant === tenant)) this.#byKey.delete(id)
    }
  }

  clear(): void {
    this.#epoch++
    this.#byName.clear()
    this.#byKey.clear()
  }

  async #readAll(tenant: TenantId, key: KeyId): Promise<readonly One[]> {
    const all: One[] = []
    let after: string | undefined
    do {
      const query = { tenant, parent: key, limit: PAGE, ...(after !== undefined && { after }) }
      const page = await this.#store.list('attachment', query)
      all.push(...page.records)
      after = page.next
    } while (after !== undefined)
    return all
  }

  async #load<Value>(
    into: Map<string, Value>,
    id: string,
    read: () => Promise<Value>,
  ): Promise<Value> {
    for (;;) {
      const epoch = this.#epoch
      const value = await read()
      if (epoch !== this.#epoch) continue
      if (into.size >= this.#entriesMax) {
        const [oldest] = into.keys()
        if (oldest !== undefined) into.delete(oldest)
      }
      into.set(id, value)
      return value
    }
  }
}

import { type CanonicalJson, canonicalJson } from '@claviger/bytes'
import {
  type Delete,
  type EventId,
  indexOf,
  type Instant,
  KeeperError,
  type ListQuery,
  type OutboxEntry,
  type Page,
  type Put,
  type RecordIndex,
  type RecordKind,
  type Store,
  type Stored,
  type TenantId,
  type Unchanged,
  type UnitOfWork,
} from '@claviger/core'

interface Held {
  readonly kind: RecordKind
  readonly tenant: TenantId
  readonly id: string
  readonly revision: number
  /** Canonical JSON, so that nobody shares an object with the store. */
  readonly text: string
  readonly index: RecordIndex
}

const LIMIT_MAX = 1_000

/** The store in memory: the same answers, without a disk and without anybody to authenticate against. */
export class MemoryStore implements Store {
  readonly #records = new Map<string, Held>()
  #outbox: OutboxEntry[] = []

  /** The same records in a store of their own. */
  copy(): MemoryStore {
    const other = new MemoryStore()
    for (const [key, held] of this.#records) other.#records.set(key, held)
    return other
  }

  async get<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    id: string,
  ): Promise<Stored<K> | undefined> {
    const held = this.#records.get(recordKey(kind, tenant, id))
    return held === undefined ? undefined : storedOf<K>(held)
  }

  async getByName<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    name: string,
  ): Promise<Stored<K> | undefined> {
    const held = this.#of(kind).find((one) => one.tenant === tenant && one.index.name === name)
    return held === undefined ? undefined : storedOf<K>(held)
  }

  async list<K extends RecordKind>(kind: K, query: ListQuery): Promise<Page<K>> {
    const { tenant, limit, after, descending } = query
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
      throw new KeeperError('invalid-input', `a page has 1 to ${LIMIT_MAX} records`)
    }
    const matching = this.#of(kind)
      .filter((held) => held.tenant === tenant && matches(held.index, query))
      .toSorted((left, right) => compareText(left.id, right.id))
    if (descending === true) matching.reverse()
    const rest = matching.filter(({ id }) => {
      if (after === undefined) return true
      return descending === true ? compareText(id, after) < 0 : compareText(id, after) > 0
    })
    const records = rest.slice(0, limit).map((held) => storedOf<K>(held))
    const last = rest.length > limit ? records.at(-1)?.id : undefined
    return { records, damaged: [], ...(last !== undefined && { next: last }) }
  }

  async due<K extends RecordKind>(
    kind: K,
    until: Instant,
    limit: number,
    skips: (tenant: TenantId) => boolean = () => false,
  ): Promise<readonly Stored<K>[]> {
    return this.#byDue(kind)
      .filter(({ index, tenant }) => (index.due ?? 0) <= until && !skips(tenant))
      .slice(0, limit)
      .map((held) => storedOf<K>(held))
  }

  async count(kind: RecordKind, tenant: TenantId, facet?: string): Promise<number> {
    return this.#of(kind).filter(
      (held) =>
        held.tenant === tenant && (facet === undefined || held.index.facets.includes(facet)),
    ).length
  }

  async nextDue(kind: RecordKind): Promise<Instant | undefined> {
    return this.#byDue(kind)[0]?.index.due
  }

  async commit(work: UnitOfWork): Promise<void> {
    for (const item of work.unchanged ?? []) this.#check(item)
    const removed = (work.deletes ?? []).map((item) => this.#check(item))
    const added = work.puts.map((item) => this.#hold(item))
    this.#checkNames(removed, added)
    if (this.#outbox.some(({ id }) => id === work.outbox?.id)) {
      throw new KeeperError('conflict', 'the audit entry is in the outbox already')
    }
    for (const key of removed) this.#records.delete(key)
    for (const held of added) this.#records.set(recordKey(held.kind, held.tenant, held.id), held)
    if (work.outbox !== undefined) this.#outbox.push(work.outbox)
  }

  async pendingOutbox(): Promise<readonly OutboxEntry[]> {
    return [...this.#outbox]
  }

  settleOutbox(ids: readonly EventId[]): void {
    const settled = new Set(ids)
    this.#outbox = this.#outbox.filter(({ id }) => !settled.has(id))
  }

  /** Nothing that was replaced is left in a map. */
  async scrub(): Promise<void> {}

  #of(kind: RecordKind): Held[] {
    return [...this.#records.values()].filter((held) => held.kind === kind)
  }

  #byDue(kind: RecordKind): Held[] {
    return this.#of(kind)
      .filter(({ index }) => index.due !== undefined)
      .toSorted((left, right) => (left.index.due ?? 0) - (right.index.due ?? 0))
  }

  #check({ kind, tenant, id, expected }: Put | Delete | Unchanged): string {
    const key = recordKey(kind, tenant, id)
    if ((this.#records.get(key)?.revision ?? 0) !== expected) {
      throw new KeeperError('conflict', `${kind} ${id} was changed meanwhile; read it again`)
    }
    return key
  }

  #hold(item: Put): Held {
    this.#check(item)
    const { kind, tenant, id, value, expected } = item
    const text = canonicalJson(value as unknown as CanonicalJson)
    return { kind, tenant, id, revision: expected + 1, text, index: indexOf(kind, value as never) }
  }

  #checkNames(removed: readonly string[], added: readonly Held[]): void {
    const replaced = new Set([...removed, ...added.map((held) => keyOf(held))])
    const kept = [...this.#records.values()].filter((held) => !replaced.has(keyOf(held)))
    const names = new Set(kept.map(nameOf).filter((name) => name !== undefined))
    const seen = new Set<string>(removed)
    for (const held of added) {
      const name = nameOf(held)
      if (seen.has(keyOf(held)) || (name !== undefined && names.has(name))) {
        throw new KeeperError('conflict', `the name of ${held.kind} ${held.id} is taken`)
      }
      seen.add(keyOf(held))
      if (name !== undefined) names.add(name)
    }
  }
}

function recordKey(kind: RecordKind, tenant: TenantId, id: string): string {
  return `${kind}\0${tenant}\0${id}`
}

const keyOf = ({ kind, tenant, id }: Held): string => recordKey(kind, tenant, id)

const nameOf = ({ kind, tenant, index }: Held): string | undefined =>
  index.name === undefined ? undefined : `${kind}\0${tenant}\0${index.name}`

function matches(index: RecordIndex, query: ListQuery): boolean {
  if (query.parent !== undefined && index.parent !== query.parent) return false
  if (query.namePrefix !== undefined && index.name?.startsWith(query.namePrefix) !== true) {
    return false
  }
  return (query.facets ?? []).every((facet) => index.facets.includes(facet))
}

function storedOf<K extends RecordKind>({ kind, tenant, id, revision, text }: Held): Stored<K> {
  const value = JSON.parse(text) as Stored<K>['value']
  return { kind: kind as K, tenant, id, revision, value }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

import { approvalStatus } from '../../approval/approval.ts'
import type { Clock } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import { SYSTEM_TENANT, type TenantId } from '../../id.ts'
import type { RequestContext } from '../../principal/principal.ts'
import type { RecordKind, Store, UnitOfWork } from '../../storage/store.ts'
import type { TenantQuota } from '../../tenant/tenant.ts'
import { INTERNAL_REQUEST } from '../internal-session.ts'

const PAGE = 256

/** What a tenant has of what it may have so many of. */
export interface TenantCounts {
  /** Not destroyed. */
  readonly keys: number
  readonly versions: number
  /** Requests that wait for approval. */
  readonly approvals: number
}

type Counted = keyof TenantCounts

const COUNTED: Readonly<Partial<Record<RecordKind, Counted>>> = {
  key: 'keys',
  'key-version': 'versions',
  approval: 'approvals',
}

type Growth = Readonly<Partial<Record<Counted, number>>>
type Work = Pick<UnitOfWork, 'puts' | 'deletes'>

/**
 * Refuses what would take a tenant above its quota. INVARIANT: what adds to a tenant that has one is counted
 * and committed one after the other, so that no two find the same last place.
 */
export class QuotaRail {
  readonly #store: Store
  readonly #clock: Clock
  /** Keys and versions of tenants that were counted. */
  readonly #known = new Map<string, number>()
  /** Commits under way. */
  readonly #writing = new Map<TenantId, number>()
  /** Grows with every commit. */
  #epoch = 0
  readonly #turns = new Map<TenantId, Promise<unknown>>()

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** Commits when the tenant stays within its quota. What dates demand is counted, and not refused. */
  async within(work: Work, request: RequestContext, commit: () => Promise<void>): Promise<void> {
    const tenant = tenantOf(work)
    if (tenant === undefined) return commit()
    const write = (): Promise<void> => this.#write(tenant, work, commit)
    const isFree = growthOf(work) === undefined || request === INTERNAL_REQUEST
    if (isFree || (await this.#quota(tenant)) === undefined) return write()
    const turn = (this.#turns.get(tenant) ?? Promise.resolve()).then(async () => {
      await this.assert(work)
      await write()
    })
    const settled = turn.catch(() => undefined)
    this.#turns.set(tenant, settled)
    try {
      await turn
    } finally {
      if (this.#turns.get(tenant) === settled) this.#turns.delete(tenant)
    }
  }

  /** `quota-exceeded` when the work would take its tenant above its quota. */
  async assert(work: Work): Promise<void> {
    const growth = growthOf(work)
    if (growth === undefined) return
    const { tenant, by } = growth
    const quota = await this.#quota(tenant)
    if (quota === undefined) return
    for (const [name, more] of Object.entries(by) as [Counted, number][]) {
      const limit = quota[name]
      if (limit === undefined) continue
      const has = await this.#count(tenant, name)
      if (has + more > limit) throw exceeded(name, limit, has)
    }
  }

  async counts(tenant: TenantId): Promise<TenantCounts> {
    return {
      keys: await this.#count(tenant, 'keys'),
      versions: await this.#count(tenant, 'versions'),
      approvals: await this.#count(tenant, 'approvals'),
    }
  }

  /** What is counted while this is under way may or may not have it, and is not kept. */
  async #write(tenant: TenantId, work: Work, commit: () => Promise<void>): Promise<void> {
    this.#writing.set(tenant, (this.#writing.get(tenant) ?? 0) + 1)
    let done = false
    try {
      await commit()
      done = true
    } finally {
      const others = (this.#writing.get(tenant) ?? 1) - 1
      if (others === 0) this.#writing.delete(tenant)
      else this.#writing.set(tenant, others)
      this.#note(work, done)
    }
  }

  #note({ puts, deletes = [] }: Work, done: boolean): void {
    this.#epoch++
    for (const { kind, tenant, value, expected } of puts) {
      const place = `${tenant} ${COUNTED[kind] ?? ''}`
      const known = this.#known.get(place)
      if (known === undefined) continue
      if (!done || ('state' in value && value.state === 'destroyed')) this.#known.delete(place)
      else if (expected === 0) this.#known.set(place, known + 1)
    }
    for (const { kind, tenant } of deletes) this.#known.delete(`${tenant} ${COUNTED[kind] ?? ''}`)
  }

  async #quota(tenant: TenantId): Promise<TenantQuota | undefined> {
    return (await this.#store.get('tenant', SYSTEM_TENANT, tenant))?.value.quota
  }

  async #count(tenant: TenantId, name: Counted): Promise<number> {
    if (name === 'approvals') return this.#openApprovals(tenant)
    const place = `${tenant} ${name}`
    const known = this.#known.get(place)
    if (known !== undefined) return known
    const kind = name === 'keys' ? 'key' : 'key-version'
    const epoch = this.#epoch
    const isQuiet = !this.#writing.has(tenant)
    const [all, gone] = await Promise.all([
      this.#store.count(kind, tenant),
      this.#store.count(kind, tenant, 'state=destroyed'),
    ])
    if (isQuiet && epoch === this.#epoch) this.#known.set(place, all - gone)
    return all - gone
  }

  /** Those whose time is over are open in the store until somebody looks at them. */
  async #openApprovals(tenant: TenantId): Promise<number> {
    const now = this.#clock.now()
    let count = 0
    let after: string | undefined
    do {
      const page = await this.#store.list('approval', {
        tenant,
        facets: ['state=open'],
        limit: PAGE,
        ...(after !== undefined && { after }),
      })
      count += page.records.filter(({ value }) => approvalStatus(value, now) !== 'expired').length
      after = page.next
    } while (after !== undefined)
    return count
  }
}

/** Whose counts a unit of work can change. */
function tenantOf({ puts, deletes = [] }: Work): TenantId | undefined {
  return [...puts, ...deletes].find(({ kind }) => COUNTED[kind] !== undefined)?.tenant
}

/** What a unit of work adds to its tenant; undefined for nothing that is counted. */
function growthOf({ puts }: Work): { readonly tenant: TenantId; readonly by: Growth } | undefined {
  const by: Partial<Record<Counted, number>> = {}
  let owner: TenantId | undefined
  for (const { kind, tenant, expected } of puts) {
    const name = COUNTED[kind]
    if (name === undefined || expected > 0) continue
    owner = tenant
    by[name] = (by[name] ?? 0) + 1
  }
  return owner === undefined ? undefined : { tenant: owner, by }
}

const WORDS: Readonly<Record<Counted, string>> = {
  keys: 'keys',
  versions: 'key versions',
  approvals: 'requests that wait for approval',
}

function exceeded(quota: Counted, limit: number, has: number): KeeperError {
  return new KeeperError(
    'quota-exceeded',
    `the tenant may have ${limit} ${WORDS[quota]} and has ${has}; whoever operates the keeper can raise it`,
    { details: { quota, limit, has } },
  )
}

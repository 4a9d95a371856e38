import { memberOf } from '../approval/group.ts'
import { KeeperError } from '../error.ts'
import type { PrincipalId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { Authorizer, Resource } from '../policy/authorizer.ts'
import type { Principal, RequestContext, Session } from '../principal/principal.ts'
import type { RecordKind, RecordTypes, Store, UnitOfWork } from '../storage/store.ts'
import { sessionOf } from './policy/question.ts'
import type { KeeperPorts } from './ports.ts'

/** What it takes to put right whatever else is wrong: one principal that may do all of it. */
const GOVERNING = ['policy.put', 'principal.create', 'principal.update'] as const

const PAGE = 256

type Work = Pick<UnitOfWork, 'puts' | 'deletes'>

/**
 * Refuses the change that would leave a tenant to nobody. INVARIANT: changes that could do it are looked at
 * and committed one after the other, so that no two take away what the other relies on.
 */
export class GovernanceRail {
  readonly #ports: KeeperPorts
  #last: Promise<unknown> = Promise.resolve()

  constructor(ports: KeeperPorts) {
    this.#ports = ports
  }

  /** Commits when the tenant stays governable. */
  commit(work: UnitOfWork, request: RequestContext): Promise<void> {
    const { store } = this.#ports
    if (tenantsTouched(work).length === 0) return store.commit(work)
    const turn = this.#last
      .catch(() => {})
      .then(async () => {
        await this.assert(work, request)
        await store.commit(work)
      })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** A tenant that nobody governs already may be changed: it cannot be made worse, and may be mended. */
  async assert(work: Work, request: RequestContext): Promise<void> {
    for (const tenant of tenantsTouched(work)) {
      if (await isGovernable(this.#ports, tenant, work, request)) continue
      if (!(await isGovernable(this.#ports, tenant, { puts: [] }, request))) continue
      throw new KeeperError(
        'would-lock-out',
        'after this nobody could put policies and manage principals, calling as you do; let somebody else do both first',
        { details: { actions: GOVERNING } },
      )
    }
  }
}

/** Of the changes that can take something from somebody. */
function tenantsTouched({ puts, deletes = [] }: Work): readonly TenantId[] {
  const tenants = new Set<TenantId>()
  for (const { kind, tenant, expected } of puts) {
    if (kind === 'policy' || kind === 'quorum') tenants.add(tenant)
    if ((kind === 'principal' || kind === 'token' || kind === 'group') && expected > 0) {
      tenants.add(tenant)
    }
  }
  for (const { kind, tenant } of deletes) {
    if (kind === 'policy' || kind === 'principal' || kind === 'token' || kind === 'group') {
      tenants.add(tenant)
    }
  }
  return [...tenants]
}

async function isGovernable(
  ports: KeeperPorts,
  tenant: TenantId,
  work: Work,
  request: RequestContext,
): Promise<boolean> {
  const after = new After(ports.store, tenant, work)
  const policies = await collect(after.all('policy'))
  let authorizer: Authorizer
  try {
    authorizer = ports.policies.rehearse(policies)
  } catch {
    // A policy that does not parse shuts everybody out but those who repair it.
    return false
  }
  const now = ports.clock.now()
  const tenantAfter: Tenant = { after, authorizer, request, now }
  for await (const principal of after.all('principal')) {
    if (!(await mayEnter(tenantAfter, principal, governs))) continue
    if (await isApprovable(tenantAfter, principal)) return true
  }
  return false
}

interface Tenant {
  readonly after: After
  readonly authorizer: Authorizer
  readonly request: RequestContext
  readonly now: number
}

type Ability = (tenant: Tenant, session: Session) => boolean

function governs({ authorizer, request }: Tenant, session: Session): boolean {
  return GOVERNING.every(
    (action) => authorizer.decide(session, action, resourceFor(action, session), request).allowed,
  )
}

function resourceFor(action: Action, { tenant }: Session): Resource {
  const attributes = {}
  if (action === 'policy.put') return { kind: 'policy', id: '', name: '', revision: 0, attributes }
  if (action === 'principal.create') {
    return { kind: 'tenant', id: tenant, name: 'principals', revision: 0, attributes }
  }
  return { kind: 'principal', id: '', name: '', revision: 0, attributes }
}

/** Whether a principal has a way in by which it is able; what an issuer of tokens might say is not known here. */
async function mayEnter(tenant: Tenant, principal: Principal, able: Ability): Promise<boolean> {
  if (principal.disabled) return false
  for (const certificate of principal.certificates) {
    if (able(tenant, sessionOf(principal, 'certificate', undefined, certificate))) return true
  }
  // A scope only takes away: where nothing is there, the tokens need not be read.
  if (!able(tenant, sessionOf(principal, 'token'))) return false
  for await (const token of tenant.after.all('token', principal.id)) {
    if (token.revokedAt !== undefined || token.expiresAt <= tenant.now) continue
    // By a shared secret only other protocols are spoken, which have no policies and principals.
    if (token.sharedSecret !== undefined) continue
    if (able(tenant, sessionOf(principal, 'token', token))) return true
  }
  return false
}

/** Whether those are there whose approval it would take. */
async function isApprovable(tenant: Tenant, { id }: Principal): Promise<boolean> {
  for await (const { actions, names, labels, group, approvals, distinctTeams } of tenant.after.all(
    'quorum',
  )) {
    const isGeneral = names === undefined && labels === undefined
    if (!isGeneral || !GOVERNING.some((action) => actions.includes(action))) continue
    const found = await tenant.after.get('group', group)
    const counted = new Set<string>()
    for (const { principal } of found?.members ?? []) {
      if (principal === id || found === undefined) continue
      const member = await tenant.after.get('principal', principal)
      if (member === undefined || (member.approverKeys ?? []).length === 0) continue
      if (!(await mayEnter(tenant, member, approves(id)))) continue
      const team = distinctTeams ? memberOf(found, principal)?.team : undefined
      counted.add(team === undefined ? `person ${principal}` : `team ${team}`)
    }
    if (counted.size < approvals) return false
  }
  return true
}

function approves(requester: PrincipalId): Ability {
  return ({ authorizer, request }, session) =>
    GOVERNING.every((action) => {
      const attributes = { action, requester }
      const approval = { kind: 'approval', id: '', name: '', revision: 0, attributes } as const
      return authorizer.decide(session, 'approval.approve', approval, request).allowed
    })
}

/** The store as it would be after a change. */
class After {
  readonly #store: Store
  readonly #tenant: TenantId
  readonly #work: Work

  constructor(store: Store, tenant: TenantId, work: Work) {
    this.#store = store
    this.#tenant = tenant
    this.#work = work
  }

  async get<K extends RecordKind>(kind: K, id: string): Promise<RecordTypes[K] | undefined> {
    const changed = this.#changed(kind)
    if (changed.has(id)) return changed.get(id)
    return (await this.#store.get(kind, this.#tenant, id))?.value
  }

  async *all<K extends RecordKind>(kind: K, parent?: string): AsyncGenerator<RecordTypes[K]> {
    const changed = this.#changed(kind)
    let after: string | undefined
    do {
      const { records, next } = await this.#store.list(kind, {
        tenant: this.#tenant,
        limit: PAGE,
        ...(parent !== undefined && { parent }),
        ...(after !== undefined && { after }),
      })
      for (const { id, value } of records) {
        const now = changed.has(id) ? changed.get(id) : value
        changed.delete(id)
        if (now !== undefined) yield now
      }
      after = next
    } while (after !== undefined)
    // What is new has no parent to be found by yet, and nothing new is a token of somebody's.
    for (const value of changed.values()) {
      if (value !== undefined && parent === undefined) yield value
    }
  }

  #changed<K extends RecordKind>(kind: K): Map<string, RecordTypes[K] | undefined> {
    const changed = new Map<string, RecordTypes[K] | undefined>()
    for (const put of this.#work.puts) {
      if (put.kind !== kind || put.tenant !== this.#tenant) continue
      changed.set(put.id, put.value as RecordTypes[K])
    }
    for (const { kind: gone, tenant, id } of this.#work.deletes ?? []) {
      if (gone === kind && tenant === this.#tenant) changed.set(id, undefined)
    }
    return changed
  }
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = []
  for await (const value of values) all.push(value)
  return all
}

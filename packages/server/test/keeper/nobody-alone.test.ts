import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as core from '@claviger/core'
import {
  DEFAULT_TENANT,
  isKeeperError,
  type ListQuery,
  type RecordKind,
  ROLES,
  type Session,
  type Store,
  type Stored,
  type UnitOfWork,
} from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { makeQuorumWorld, type Person, type QuorumWorld } from './quorum-world.ts'
import { REQUEST } from './world.ts'

/*
 * One person with every role, whom every policy permits everything, who sits on the board and has a second self
 * with a key of its own, tries everything there is, in every order: to destroy or export a guarded key, or to
 * lift its guard. The real keeper does what is asked; states that differ in nothing that matters are looked at
 * once. A request that nobody signed matters in nothing, since whoever made it can make it again: so asking and
 * signing are one step.
 */

const DEPTH = Number(process.env['CLAVIGER_SEARCH_DEPTH'] ?? 4)

/** Stands for whichever store is being looked at. */
class CurrentStore implements Store {
  now = new MemoryStore()
  /** Whether anything was written since it was set. */
  touched = false

  get<K extends RecordKind>(kind: K, tenant: core.TenantId, id: string) {
    return this.now.get(kind, tenant, id)
  }
  getByName<K extends RecordKind>(kind: K, tenant: core.TenantId, name: string) {
    return this.now.getByName(kind, tenant, name)
  }
  list<K extends RecordKind>(kind: K, query: ListQuery) {
    return this.now.list(kind, query)
  }
  due<K extends RecordKind>(kind: K, until: number, limit: number) {
    return this.now.due(kind, until, limit)
  }
  count(kind: RecordKind, tenant: core.TenantId, facet?: string) {
    return this.now.count(kind, tenant, facet)
  }
  nextDue(kind: RecordKind) {
    return this.now.nextDue(kind)
  }
  commit(work: UnitOfWork) {
    return this.now.commit(work).then(() => {
      this.touched = true
    })
  }
  pendingOutbox() {
    return this.now.pendingOutbox()
  }
  settleOutbox(ids: readonly core.EventId[]) {
    this.now.settleOutbox(ids)
  }
  scrub() {
    return this.now.scrub()
  }
}

interface Search {
  readonly world: QuorumWorld
  readonly store: CurrentStore
  /** Herself, and her second self. */
  readonly selves: readonly Person[]
}

const EVERYTHING = 'permit (principal, action, resource);'

/** More than roles let anybody be: the quorum has to hold by itself. */
function almighty(person: Person): Person {
  return { ...person, session: Object.freeze({ ...person.session, roles: ROLES }) }
}

async function begin(approvals: number): Promise<Search> {
  const store = new CurrentStore()
  const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
  authorizer.setPolicies(DEFAULT_TENANT, [])
  const world = makeQuorumWorld(store, authorizer)
  const eve = almighty(await world.person('eve'))
  const puppet = almighty(await world.person('puppet'))
  await world.person('ann')
  await world.person('ben')
  const members = ['eve', 'ann', 'ben'].map((principal) => ({ principal }))
  const { as, admin } = world
  await as(admin, core.createGroup, { name: 'board', members })
  await as(admin, core.createQuorum, {
    name: 'guard',
    actions: ['key.destroy', 'key.export'],
    labels: { critical: 'yes' },
    approvals,
    group: 'board',
  })
  const spec = 'aes-256'
  const labels = { critical: 'yes' }
  const payments = { name: 'payments', spec, purpose: 'encrypt', labels, exportable: true } as const
  await as(eve.session, core.createKey, payments)
  await as(eve.session, core.createKey, { name: 'kek', spec, purpose: 'wrap' })
  const { policy } = await as(admin, core.putPolicy, { name: 'all', text: EVERYTHING })
  authorizer.setPolicies(DEFAULT_TENANT, [policy])
  return { world, store, selves: [eve, puppet] }
}

/** What one does in one step; throws what the keeper throws. */
type Move = (search: Search, by: Session) => Promise<unknown>

const change = (group: string, members: readonly string[]): Move => {
  const input = { group, members: members.map((principal) => ({ principal })) }
  return ({ world }, by) => world.as(by, core.updateGroup, input)
}
const rule = (edit: Partial<core.QuorumInput>): Move => {
  const actions = ['key.destroy', 'key.export'] as const
  const labels = { critical: 'yes' }
  const input = { quorum: 'guard', actions, labels, approvals: 2, group: 'board', ...edit }
  return ({ world }, by) => world.as(by, core.updateQuorum, input)
}
const enroll = (principal: string, key: number): Move => {
  return ({ world, selves }, by) => {
    const spki = selves[key]?.principal.approverKeys?.[0]?.publicKey ?? ''
    const input = { principal, keys: [Buffer.from(spki, 'base64')] }
    return world.as(by, core.enrollPrincipal, input)
  }
}
const shut = (principal: string, disabled: boolean): Move => {
  return ({ world }, by) => world.as(by, core.updatePrincipal, { principal, disabled })
}

const MOVES: Readonly<Record<string, Move>> = {
  'destroy at once': ({ world }, by) =>
    world.as(by, core.destroyKey, { key: 'payments', windowDays: 0 }),
  'destroy later': ({ world }, by) =>
    world.as(by, core.destroyKey, { key: 'payments', windowDays: 7 }),
  'take the label off': ({ world }, by) =>
    world.as(by, core.updateKey, { key: 'payments', labels: {} }),
  'delete material': ({ world }, by) => world.as(by, core.deleteMaterial, { key: 'payments' }),
  export: async ({ world }, by) => {
    const items = [{ target: 'payments' }]
    const { results } = await world.keeper.executeData(
      by,
      core.wrap,
      { key: 'kek', items },
      REQUEST,
    )
    const [result] = results
    if (result?.ok === false) throw result.error
    throw new Error('the guarded key was exported')
  },
  'weaken the rule': rule({ approvals: 1 }),
  'guard something else': rule({ names: ['nothing'] }),
  'guard other actions': rule({ actions: ['key.rotate'] }),
  'let another group decide': rule({ group: 'puppets', approvals: 1 }),
  'delete the rule': ({ world }, by) => world.as(by, core.deleteQuorum, { quorum: 'guard' }),
  'fill the board': change('board', ['eve', 'puppet', 'ann']),
  'thin the board': change('board', ['eve']),
  'delete the board': ({ world }, by) => world.as(by, core.deleteGroup, { group: 'board' }),
  // Nobody joins one alone: somebody who sees no harm in it has made it.
  'make a group': ({ world }) => {
    const members = [{ principal: 'eve' }, { principal: 'puppet' }]
    return world.as(world.admin, core.createGroup, { name: 'puppets', members })
  },
  'make a rule': ({ world }, by) => {
    const input = { name: 'mine', actions: ['quorum.delete'], approvals: 1, group: 'puppets' }
    return world.as(by, core.createQuorum, input)
  },
  'take ann over': enroll('ann', 1),
  'take ben over': enroll('ben', 0),
  'shut ann out': shut('ann', true),
  'let ann in': shut('ann', false),
  'make a key of the same name': ({ world }, by) =>
    world.as(by, core.createKey, { name: 'payments', spec: 'aes-256', purpose: 'encrypt' }),
}

interface State {
  readonly store: MemoryStore
  readonly path: readonly string[]
}

/** Everything that matters of a state, without ids and times. */
async function essence({ now }: CurrentStore): Promise<string> {
  const all = async <K extends RecordKind>(kind: K): Promise<readonly Stored<K>[]> =>
    (await now.list(kind, { tenant: DEFAULT_TENANT, limit: 1_000 })).records
  const people = await all('principal')
  const nameOf = (id: string): string => people.find((one) => one.id === id)?.value.name ?? '?'
  const shown = [
    ...people.map(({ value: { name, roles, disabled, approverKeys = [] } }) =>
      [name, roles, disabled, approverKeys.map(({ id }) => id)].join(),
    ),
    ...(await all('group')).map(({ value: { name, members } }) =>
      [name, members.map(({ principal }) => nameOf(principal)).sort()].join(),
    ),
    ...(await all('quorum')).map(({ value }) =>
      [
        value.name,
        value.actions,
        value.approvals,
        value.group,
        JSON.stringify(value.labels),
      ].join(),
    ),
    ...(await all('policy')).map(({ value: { name } }) => name),
    ...(await all('key')).map(({ value: { name, state, destroyAt, labels } }) =>
      [name, state, destroyAt, JSON.stringify(labels)].join(),
    ),
    ...(await all('approval'))
      .filter(({ value }) => value.signatures.length > 0)
      .map(({ value: { content, state, signatures } }) =>
        [
          content.action,
          content.target.name,
          JSON.stringify(content.input),
          nameOf(content.requester.id),
          state,
          signatures.map(({ principal, key }) => nameOf(principal) + key).sort(),
        ].join(),
      ),
  ]
  return shown.sort().join('\n')
}

/** What must never be reached by one person. */
async function assertGuarded({ store: { now } }: Search, path: readonly string[]): Promise<void> {
  const how = path.join(' → ')
  const key = await now.getByName('key', DEFAULT_TENANT, 'payments')
  assert.equal(key?.value.state, 'active', how)
  assert.equal(key.value.destroyAt, undefined, how)
  assert.deepEqual(key.value.labels, { critical: 'yes' }, how)
  const guard = await now.getByName('quorum', DEFAULT_TENANT, 'guard')
  assert.equal(guard?.revision, 1, how)
  const board = await now.getByName('group', DEFAULT_TENANT, 'board')
  assert.equal(board?.revision, 1, how)
}

function look({ store, world: { keeper } }: Search, now: MemoryStore): void {
  store.now = now
  store.touched = false
  keeper.keys.clear()
  keeper.guards.clear()
}

/** One step on a copy of a state: the request that it made, if it was held back. */
async function take(
  search: Search,
  state: State,
  step: string,
  move: Move,
  by: Session,
): Promise<{ readonly state: State; readonly asked: string | undefined }> {
  const store = state.store.copy()
  look(search, store)
  let asked: string | undefined
  try {
    await move(search, by)
  } catch (error) {
    if (!isKeeperError(error)) throw error
    if (error.code === 'approval-pending') asked = String(error.details['approval'])
  }
  const path = [...state.path, `${by.name}: ${step}`]
  if (search.store.touched) await assertGuarded(search, path)
  return { state: { store, path }, asked }
}

/** Each of her selves signs. */
function signings({ selves }: Search, id: string): readonly (readonly [Session, Move])[] {
  return selves.map((by) => [
    by.session,
    async ({ world, store }) => {
      const stored = await store.get('approval', DEFAULT_TENANT, id)
      assert.ok(stored)
      return world.approve(by, stored.value)
    },
  ])
}

interface Found {
  /** Steps that were held back, and steps that changed something. */
  readonly asked: ReadonlySet<string>
  readonly done: ReadonlySet<string>
  readonly states: number
}

/** Fails with the path to the first state that must not be. */
async function search(approvals: number, depth: number): Promise<Found> {
  const scene = await begin(approvals)
  const seen = new Set<string>()
  const asked = new Set<string>()
  const done = new Set<string>()
  let states: State[] = [{ store: scene.store.now, path: [] }]
  for (let step = 0; step < depth && states.length > 0; step++) {
    const next: State[] = []
    const keep = async (state: State): Promise<void> => {
      if (!scene.store.touched) return
      const mark = await essence(scene.store)
      if (seen.has(mark)) return
      seen.add(mark)
      next.push(state)
    }
    for (const state of states) {
      for (const { session } of scene.selves) {
        for (const [name, move] of Object.entries(MOVES)) {
          const after = await take(scene, state, name, move, session)
          if (after.asked === undefined && scene.store.touched) done.add(name)
          await keep(after.state)
          if (after.asked === undefined) continue
          asked.add(name)
          for (const [by, sign] of signings(scene, after.asked)) {
            await keep((await take(scene, after.state, 'sign', sign, by)).state)
          }
        }
      }
    }
    states = next
  }
  return { asked, done, states: seen.size }
}

test(`nobody alone gets there in ${DEPTH} steps`, async () => {
  const { asked, done, states } = await search(2, DEPTH)
  assert.ok(states > 500, `${states} states`)
  assert.deepEqual([...done].sort(), ['make a group', 'make a rule', 'shut ann out'])
  const never = Object.keys(MOVES).filter((name) => !asked.has(name) && !done.has(name))
  // It is no imported key, and its name is taken.
  assert.deepEqual(never, ['delete material', 'make a key of the same name'])
})

test('the search finds the way there is when one approval is enough', async () => {
  await assert.rejects(search(1, 3), /puppet: .* → eve: sign → puppet: /)
})

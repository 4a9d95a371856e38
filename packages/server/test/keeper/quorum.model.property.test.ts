import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as core from '@claviger/core'
import { DEFAULT_TENANT, KeeperError, type Put, type UnitOfWork } from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import fc from 'fast-check'
import {
  makeQuorumWorld,
  type Person,
  type QuorumWorld,
  refusal,
  statementSignature,
} from './quorum-world.ts'
import { T0 } from './world.ts'

/*
 * Random sequences of requests, approvals, forgeries, denials, people shut out and let in, changes of the
 * key, and time, through the one way in. The judge keeps its own books and knows nothing of ours.
 */

const RUNS = Number(process.env['CLAVIGER_MODEL_RUNS'] ?? 200)
const GATHER_MS = 600_000
const EXECUTE_MS = 300_000
const NEEDED = 2
const NAMES = ['ann', 'ben', 'cyd'] as const
type Name = (typeof NAMES)[number]

type Step =
  | { readonly act: 'call'; readonly days: number }
  | { readonly act: 'approve' | 'deny'; readonly by: Name; readonly request: number }
  | { readonly act: 'forge'; readonly by: Name; readonly as: Name; readonly request: number }
  | { readonly act: 'replay'; readonly by: Name; readonly from: number; readonly request: number }
  | { readonly act: 'disable' | 'enable'; readonly who: Name }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'cancel'; readonly request: number }
  | { readonly act: 'touch' | 'undo' }

const name = fc.constantFrom(...NAMES)
/** Counted from the newest: what is being worked on is met often. */
const request = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }))
const days = fc.oneof({ weight: 4, arbitrary: fc.constant(7) }, fc.constant(8))
const often = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) => ({ weight, arbitrary })
const step: fc.Arbitrary<Step> = fc.oneof(
  often(10, fc.record({ act: fc.constant('call'), days })),
  often(12, fc.record({ act: fc.constant('approve'), by: name, request })),
  often(1, fc.record({ act: fc.constant('deny'), by: name, request })),
  often(2, fc.record({ act: fc.constant('forge'), by: name, as: name, request })),
  often(2, fc.record({ act: fc.constant('replay'), by: name, from: request, request })),
  often(5, fc.record({ act: fc.constantFrom('disable', 'enable', 'enable'), who: name })),
  often(
    2,
    fc.record({ act: fc.constant('wait'), ms: fc.constantFrom(1, EXECUTE_MS - 1, GATHER_MS) }),
  ),
  often(1, fc.record({ act: fc.constant('cancel'), request })),
  often(2, fc.record({ act: fc.constantFrom('touch', 'undo', 'undo') })),
) as fc.Arbitrary<Step>

/** What the judge knows of one request. */
interface Book {
  readonly approval: core.Approval
  readonly days: number
  readonly keyChanges: number
  readonly askedAt: number
  readonly by: Set<Name>
  reachedAt: number | undefined
  over: boolean
}

class Judge {
  readonly books: Book[] = []
  readonly enabled = new Set<Name>(NAMES)
  keyChanges = 0
  scheduled = false
  now = T0

  isOpen({ over, reachedAt, askedAt }: Book): boolean {
    if (over) return false
    return reachedAt === undefined
      ? this.now < askedAt + GATHER_MS
      : this.now < reachedAt + EXECUTE_MS
  }

  valid({ by }: Book): number {
    return [...by].filter((who) => this.enabled.has(who)).length
  }

  /** The open request that a call with so many days is. */
  same(days: number): Book | undefined {
    return this.books.findLast(
      (book) => book.days === days && book.keyChanges === this.keyChanges && this.isOpen(book),
    )
  }

  mayRun(book: Book): boolean {
    return book.reachedAt !== undefined && this.valid(book) >= NEEDED
  }
}

interface Scene {
  readonly world: QuorumWorld
  readonly officer: Person
  readonly people: Readonly<Record<Name, Person>>
}

async function scene(store = new MemoryStore()): Promise<Scene> {
  const world = makeQuorumWorld(store)
  const officer = await world.person('officer', ['officer'])
  const [ann, ben, cyd] = [
    await world.person('ann'),
    await world.person('ben', ['approver'], 'P-256'),
    await world.person('cyd'),
  ]
  const members = NAMES.map((principal) => ({ principal }))
  await world.as(world.admin, core.createGroup, { name: 'board', members })
  await world.as(world.admin, core.createQuorum, {
    name: 'guard',
    actions: ['key.destroy'],
    approvals: NEEDED,
    group: 'board',
    gatherSeconds: GATHER_MS / 1_000,
    executeSeconds: EXECUTE_MS / 1_000,
  })
  const key = { name: 'payments', spec: 'aes-256', purpose: 'encrypt' } as const
  await world.as(officer.session, core.createKey, key)
  return { world, officer, people: { ann, ben, cyd } }
}

async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'done'
  } catch (error) {
    if (error instanceof KeeperError) return error.code
    throw error
  }
}

async function play({ world, officer, people }: Scene, judge: Judge, one: Step): Promise<void> {
  const { as, admin } = world
  const book = 'request' in one ? judge.books.at(-1 - one.request) : undefined
  switch (one.act) {
    case 'call':
      await call(world, officer, judge, one.days)
      return
    case 'approve': {
      if (book === undefined) return
      const expected = !judge.isOpen(book)
        ? 'wrong-state'
        : book.by.has(one.by)
          ? 'conflict'
          : judge.enabled.has(one.by)
            ? 'done'
            : 'authentication-failed'
      assert.equal(await outcome(world.approve(people[one.by], book.approval)), expected)
      if (expected !== 'done') return
      book.by.add(one.by)
      if (judge.valid(book) >= NEEDED) book.reachedAt ??= judge.now
      return
    }
    case 'forge':
    case 'replay': {
      const from = one.act === 'replay' ? judge.books.at(-1 - one.from) : book
      if (book === undefined || from === undefined) return
      const signer = people[one.act === 'forge' ? one.as : one.by]
      if (one.act === 'forge' ? one.as === one.by : from === book) return
      const signature = statementSignature(signer, from.approval)
      const input = { approval: book.approval.id, key: signer.keyId, signature }
      const said = await outcome(as(people[one.by].session, core.approve, input))
      assert.notEqual(said, 'done', 'a forged or replayed signature counts')
      return
    }
    case 'deny':
    case 'cancel': {
      if (book === undefined) return
      const input = { approval: book.approval.id }
      const done =
        one.act === 'deny'
          ? as(people[one.by].session, core.deny, input)
          : as(officer.session, core.cancelApproval, input)
      assert.equal(await outcome(done), judge.isOpen(book) ? 'done' : 'wrong-state')
      book.over = true
      return
    }
    case 'disable':
    case 'enable': {
      const disabled = one.act === 'disable'
      const input = { principal: people[one.who].principal.id, disabled }
      // Letting somebody back in is the quorum's to decide; here the store is made to agree.
      if (disabled) await as(admin, core.updatePrincipal, input)
      else await letIn(world, people[one.who])
      if (disabled) judge.enabled.delete(one.who)
      else judge.enabled.add(one.who)
      return
    }
    case 'wait':
      judge.now += one.ms
      world.clock.set(judge.now)
      return
    case 'touch': {
      const description = `${judge.keyChanges}`
      await as(officer.session, core.updateKey, { key: 'payments', description })
      judge.keyChanges++
      return
    }
    case 'undo': {
      const said = await outcome(as(officer.session, core.cancelDestroyKey, { key: 'payments' }))
      assert.equal(said, judge.scheduled ? 'done' : 'wrong-state')
      if (said === 'done') judge.keyChanges++
      judge.scheduled = false
    }
  }
}

async function call(
  world: QuorumWorld,
  officer: Person,
  judge: Judge,
  days: number,
): Promise<void> {
  const input = { key: 'payments', windowDays: days }
  const destroy = () => world.as(officer.session, core.destroyKey, input)
  const book = judge.same(days)
  if (book !== undefined && judge.mayRun(book)) {
    const said = await outcome(destroy())
    assert.equal(said, judge.scheduled ? 'wrong-state' : 'done')
    if (said !== 'done') return
    book.over = true
    judge.scheduled = true
    judge.keyChanges++
    return
  }
  const approval = await world.asked(destroy())
  if (book !== undefined) assert.equal(approval.id, book.approval.id)
  else {
    assert.ok(judge.books.every((known) => known.approval.id !== approval.id))
    const fresh = { days, keyChanges: judge.keyChanges, askedAt: judge.now }
    const by = new Set<Name>()
    judge.books.push({ approval, ...fresh, by, reachedAt: undefined, over: false })
  }
}

/** Straight into the store, as another quorum would have let it happen. */
async function letIn({ store }: QuorumWorld, { principal }: Person): Promise<void> {
  const stored = await store.get('principal', DEFAULT_TENANT, principal.id)
  assert.ok(stored)
  const { kind, tenant, id, revision } = stored
  const put: Put = {
    kind,
    tenant,
    id,
    value: { ...stored.value, disabled: false },
    expected: revision,
  }
  await store.commit({ puts: [put] })
}

test('a guarded call runs with its quorum and never without', async () => {
  let ran = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const stage = await scene()
      const judge = new Judge()
      for (const one of steps) await play(stage, judge, one)
      ran += judge.books.filter(({ approval }) => executedIn(stage.world, approval)).length
    }),
    { numRuns: RUNS },
  )
  assert.ok(ran > RUNS / 4, `only ${ran} sequences got as far as the act`)
})

function executedIn({ log }: QuorumWorld, { id }: core.Approval): boolean {
  return log.events.some(({ action, outcome: said, details }) => {
    const { approval } = (details ?? {}) as { approval?: string }
    return action === 'key.destroy' && said === 'allowed' && approval === id
  })
}

/** A store that the power fails of: before a change, or after it and before anybody heard. */
class FailingStore extends MemoryStore {
  fails: 'before' | 'after' | undefined

  override async commit(work: UnitOfWork): Promise<void> {
    const { fails } = this
    this.fails = undefined
    if (fails === 'before') throw new KeeperError('store-unavailable', 'the power failed')
    await super.commit(work)
    if (fails === 'after') throw new KeeperError('store-unavailable', 'the power failed')
  }
}

test('a crash at any step leaves a quorum unspent and its act undone, or both done', async () => {
  for (const fails of ['before', 'after'] as const) {
    for (let at = 0; at < 4; at++) {
      const store = new FailingStore()
      const { world, officer, people } = await scene(store)
      const input = { key: 'payments', windowDays: 7 }
      const destroy = (by = world) => by.as(officer.session, core.destroyKey, input)
      const steps = [
        () => refusal(destroy()),
        async () => world.approve(people.ann, await pendingOf(store)),
        async () => world.approve(people.ben, await pendingOf(store)),
        () => destroy(),
      ]
      for (const [index, one] of steps.entries()) {
        if (index === at) store.fails = fails
        await one().catch(() => undefined)
        if (index !== at) continue
        // What was begun is begun again after the restart.
        world.keeper.guards.clear()
        world.keeper.keys.clear()
        await one().catch(() => undefined)
      }
      const { records } = await store.list('approval', { tenant: DEFAULT_TENANT, limit: 10 })
      const states = records.map(({ value }) => value.state)
      const key = await store.getByName('key', DEFAULT_TENANT, 'payments')
      const isScheduled = key?.value.destroyAt !== undefined
      assert.ok(isScheduled, `${fails} ${at}: it is done in the end`)
      assert.equal(states.filter((state) => state === 'executed').length, 1, `${fails} ${at}`)
    }
  }
})

async function pendingOf(store: MemoryStore): Promise<core.Approval> {
  const facets = ['state=open']
  const { records } = await store.list('approval', { tenant: DEFAULT_TENANT, facets, limit: 10 })
  const [first] = records
  assert.ok(first)
  return first.value
}

test('many callers at once get it done once, or not at all when somebody objects', async () => {
  for (let round = 0; round < 20; round++) {
    const { world, officer, people } = await scene()
    const input = { key: 'payments', windowDays: 7 }
    const destroy = () => outcome(world.as(officer.session, core.destroyKey, input))
    const approval = await world.asked(world.as(officer.session, core.destroyKey, input))
    await world.approve(people.ann, approval)
    await world.approve(people.ben, approval)
    const objects = round % 2 === 1
    const principal = people.ann.principal.id
    const said = await Promise.all([
      ...(objects
        ? [outcome(world.as(world.admin, core.updatePrincipal, { principal, disabled: true }))]
        : []),
      ...Array.from({ length: 8 }, destroy),
    ])
    const calls = objects ? said.slice(1) : said
    const done = calls.filter((one) => one === 'done').length
    assert.ok(objects ? done <= 1 : done === 1, said.join())
    const spent = world.log.events.filter(
      ({ action, outcome: how }) => action === 'key.destroy' && how === 'allowed',
    )
    assert.equal(spent.length, done)
    assert.equal(await destroy(), 'approval-pending')
  }
})

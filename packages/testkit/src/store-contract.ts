import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import {
  DEFAULT_TENANT,
  type EventId,
  isKeeperError,
  type ListQuery,
  type Store,
  SYSTEM_TENANT,
  type PrincipalId,
  type TenantId,
} from '@claviger/core'
import { put, putKey, putVersion, sampleId, withOutbox } from './store-records.ts'

/** A fresh, empty store, and how to let go of it. */
export interface StoreUnderTest {
  readonly store: Store
  close(): Promise<void>
}

const A = DEFAULT_TENANT
const B = 'other' as TenantId

/** What every store must do. Registers its tests with `node:test`. */
export function storeContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let made: StoreUnderTest
    beforeEach(async () => {
      made = await makeStore()
    })
    afterEach(() => made.close())
    const subject = () => made.store
    recordTests(subject)
    unitTests(subject)
    nameTests(subject)
    pageTests(subject)
    filterTests(subject)
    dueTests(subject)
    countTests(subject)
    outboxTests(subject)
  })
}

type Subject = () => Store

async function assertConflict(work: Promise<void>): Promise<void> {
  await assert.rejects(work, (error) => isKeeperError(error) && error.code === 'conflict')
}

async function idsOf(store: Store, query: Omit<ListQuery, 'tenant'>): Promise<number[]> {
  const { records } = await store.list('key', { tenant: A, ...query })
  return records.map(({ id }) => Number.parseInt(id.slice(0, 8), 16))
}

function recordTests(subject: Subject): void {
  test('gives back what was committed, with its revision', async () => {
    const store = subject()
    assert.equal(await store.get('key', A, sampleId(1)), undefined)
    const first = putKey(A, 1, { description: 'één ✓ 🔑', labels: { team: 'a' } })
    await store.commit({ puts: [first] })
    const found = await store.get('key', A, sampleId(1))
    assert.deepEqual(found?.value, first.value)
    assert.equal(found?.revision, 1)
    await store.commit({ puts: [putKey(A, 1, { owner: 'me' }, 1)] })
    const changed = await store.get('key', A, sampleId(1))
    assert.equal(changed?.revision, 2)
    assert.equal(changed?.value.owner, 'me')
  })

  test('keeps kinds and tenants apart', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1), putKey(B, 1, { owner: 'b' }), putVersion(A, 1, 1)] })
    assert.equal((await store.get('key', B, sampleId(1)))?.value.owner, 'b')
    assert.equal(await store.get('object', A, sampleId(1)), undefined)
    assert.equal(await store.get('key', SYSTEM_TENANT, sampleId(1)), undefined)
  })

  test('a change computed from another revision is a conflict', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1)] })
    await assertConflict(store.commit({ puts: [putKey(A, 1)] }))
    await assertConflict(store.commit({ puts: [putKey(A, 1, {}, 2)] }))
    await assertConflict(store.commit({ puts: [putKey(A, 2, {}, 1)] }))
    const gone = { kind: 'key', tenant: A, id: sampleId(1) } as const
    await assertConflict(store.commit({ puts: [], deletes: [{ ...gone, expected: 2 }] }))
    await store.commit({ puts: [], deletes: [{ ...gone, expected: 1 }] })
    assert.equal(await store.get('key', A, sampleId(1)), undefined)
    await assertConflict(store.commit({ puts: [], deletes: [{ ...gone, expected: 1 }] }))
    await store.commit({ puts: [putKey(A, 1)] })
    assert.equal((await store.get('key', A, sampleId(1)))?.revision, 1)
  })
}

function unitTests(subject: Subject): void {
  test('a unit is whole or nothing, and never in the way of others', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1)] })
    const results = await Promise.allSettled([
      store.commit({ puts: [putKey(A, 2)] }),
      store.commit(withOutbox([putKey(A, 3), putKey(A, 1)], 'e-1')),
      store.commit({ puts: [putKey(A, 4)] }),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(await idsOf(store, { limit: 10 }), [1, 2, 4])
    assert.deepEqual(await store.pendingOutbox(), [])
  })

  test('a unit holds only while what it was computed from is as it was', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1), putKey(A, 2)] })
    const seen = { kind: 'key', tenant: A, id: sampleId(1), expected: 1 } as const
    await store.commit({ puts: [putKey(A, 3)], unchanged: [seen] })
    await store.commit({ puts: [putKey(A, 1, { owner: 'me' }, 1)], unchanged: [seen] })
    await assertConflict(store.commit({ puts: [putKey(A, 4)], unchanged: [seen] }))
    const absent = { ...seen, id: sampleId(9), expected: 0 }
    await store.commit({ puts: [putKey(A, 4)], unchanged: [absent] })
    const [changed, late] = await Promise.allSettled([
      store.commit({ puts: [putKey(A, 2, { owner: 'me' }, 1)] }),
      store.commit({ puts: [putKey(A, 5)], unchanged: [{ ...seen, id: sampleId(2) }] }),
    ])
    assert.equal(changed.status, 'fulfilled')
    assert.equal(late.status, 'rejected')
    assert.deepEqual(await idsOf(store, { limit: 10 }), [1, 2, 3, 4])
  })

  test('one of many who change the same record wins', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1)] })
    const attempts = Array.from({ length: 20 }, (_, index) =>
      store.commit({ puts: [putKey(A, 1, { owner: `o-${index}` }, 1)] }),
    )
    const results = await Promise.allSettled(attempts)
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await store.get('key', A, sampleId(1)))?.revision, 2)
  })

  test('a read after a commit sees it', async () => {
    const store = subject()
    const writes = Array.from({ length: 50 }, async (_, index) => {
      await store.commit({ puts: [putKey(A, index)] })
      assert.equal((await store.get('key', A, sampleId(index)))?.revision, 1)
    })
    await Promise.all(writes)
  })

  test('a unit that names a record twice is refused', async () => {
    const store = subject()
    await assertConflict(store.commit({ puts: [putKey(A, 1), putKey(A, 1, { name: 'other' })] }))
    assert.equal(await store.get('key', A, sampleId(1)), undefined)
  })
}

function nameTests(subject: Subject): void {
  test('finds by name within the kind and tenant', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1, { name: 'payments' })] })
    await store.commit({ puts: [putKey(B, 2, { name: 'payments' })] })
    assert.equal((await store.getByName('key', A, 'payments'))?.id, sampleId(1))
    assert.equal((await store.getByName('key', B, 'payments'))?.id, sampleId(2))
    assert.equal(await store.getByName('key', A, 'payment'), undefined)
    assert.equal(await store.getByName('object', A, 'payments'), undefined)
  })

  test('a name belongs to one record, until it is given up', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1, { name: 'one' }), putKey(A, 2, { name: 'two' })] })
    await assertConflict(store.commit({ puts: [putKey(A, 3, { name: 'one' })] }))
    await assertConflict(store.commit({ puts: [putKey(A, 2, { name: 'one' }, 1)] }))
    const same = [putKey(A, 3, { name: 'x' }), putKey(A, 4, { name: 'x' })]
    await assertConflict(store.commit({ puts: same }))
    await store.commit({ puts: [putKey(A, 1, { name: 'uno' }, 1)] })
    assert.equal(await store.getByName('key', A, 'one'), undefined)
    await store.commit({ puts: [putKey(A, 3, { name: 'one' })] })
    assert.equal((await store.getByName('key', A, 'one'))?.id, sampleId(3))
  })

  test('names may be swapped, and taken over from a deleted record, in one unit', async () => {
    const store = subject()
    await store.commit({ puts: [putKey(A, 1, { name: 'one' }), putKey(A, 2, { name: 'two' })] })
    await store.commit({
      puts: [putKey(A, 1, { name: 'two' }, 1), putKey(A, 2, { name: 'one' }, 1)],
    })
    assert.equal((await store.getByName('key', A, 'one'))?.id, sampleId(2))
    await store.commit({
      puts: [putKey(A, 3, { name: 'two' })],
      deletes: [{ kind: 'key', tenant: A, id: sampleId(1), expected: 2 }],
    })
    assert.equal((await store.getByName('key', A, 'two'))?.id, sampleId(3))
  })
}

async function fill(store: Store): Promise<void> {
  const puts = Array.from({ length: 30 }, (_, index) =>
    putKey(A, index, {
      name: `${index % 2 === 0 ? 'even' : 'odd'}-${index}`,
      spec: index % 3 === 0 ? 'aes-128' : 'aes-256',
      labels: { team: `t${index % 5}` },
    }),
  )
  await store.commit({ puts: [...puts, putKey(B, 5), putVersion(A, 5, 1), putVersion(A, 6, 1)] })
}

function pageTests(subject: Subject): void {
  test('pages by id, both ways, without gaps or repeats', async () => {
    const store = subject()
    await fill(store)
    for (const descending of [false, true]) {
      const seen: string[] = []
      let after: string | undefined
      let pages = 0
      do {
        const page = await store.list('key', {
          tenant: A,
          limit: 7,
          descending,
          ...(after !== undefined && { after }),
        })
        seen.push(...page.records.map(({ id }) => id))
        assert.deepEqual(page.damaged, [])
        after = page.next
        pages++
      } while (after !== undefined)
      const all = Array.from({ length: 30 }, (_, index) => sampleId(index))
      assert.deepEqual(seen, descending ? all.toReversed() : all)
      assert.equal(pages, 5)
    }
    const exact = await store.list('key', { tenant: A, limit: 30 })
    assert.equal(exact.next, undefined)
  })
}

function filterTests(subject: Subject): void {
  test('filters by facets, parent and name prefix, all of which must match', async () => {
    const store = subject()
    await fill(store)
    const limit = 100
    assert.deepEqual(
      await idsOf(store, { limit, facets: ['spec=aes-128', 'label:team=t1'] }),
      [6, 21],
    )
    assert.deepEqual(
      await idsOf(store, { limit, facets: ['label:team=t1'], namePrefix: 'odd-' }),
      [1, 11, 21],
    )
    assert.deepEqual(await idsOf(store, { limit, facets: ['spec=none'] }), [])
    assert.deepEqual(
      await idsOf(store, { limit: 2, namePrefix: 'even-', descending: true }),
      [28, 26],
    )
    const after = sampleId(11)
    assert.deepEqual(await idsOf(store, { limit, facets: ['label:team=t1'], after }), [16, 21, 26])
    const versions = await store.list('key-version', { tenant: A, limit, parent: sampleId(5) })
    assert.deepEqual(
      versions.records.map(({ id }) => id),
      [`${sampleId(5)}/1`],
    )
  })

  test('follows changes of what it filters by', async () => {
    const store = subject()
    await fill(store)
    await store.commit({ puts: [putKey(A, 6, { name: 'moved', labels: { team: 'new' } }, 1)] })
    assert.deepEqual(await idsOf(store, { limit: 9, facets: ['label:team=new'] }), [6])
    assert.deepEqual(
      await idsOf(store, { limit: 9, facets: ['label:team=t1'] }),
      [1, 11, 16, 21, 26],
    )
    await store.commit({
      puts: [],
      deletes: [{ kind: 'key', tenant: A, id: sampleId(6), expected: 2 }],
    })
    assert.deepEqual(await idsOf(store, { limit: 9, facets: ['label:team=new'] }), [])
  })

  test('refuses a page without a sensible limit', async () => {
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
      await assert.rejects(
        subject().list('key', { tenant: A, limit }),
        (error) => isKeeperError(error) && error.code === 'invalid-input',
      )
    }
  })
}

function dueTests(subject: Subject): void {
  test('gives what is due of every tenant, earliest first', async () => {
    const store = subject()
    assert.equal(await store.nextDue('key'), undefined)
    await store.commit({
      puts: [
        putKey(A, 1, { destroyAt: 300 }),
        putKey(B, 2, { destroyAt: 100 }),
        putKey(A, 3),
        putKey(A, 4, { destroyAt: 70_000_000_000 }),
        putVersion(A, 1, 1, { state: 'pre-active', activateAt: 5 }),
      ],
    })
    const due = async (until: number, limit = 10) =>
      (await store.due('key', until, limit)).map(({ id }) => id)
    assert.equal(await store.nextDue('key'), 100)
    assert.equal(await store.nextDue('key-version'), 5)
    assert.deepEqual(await due(99), [])
    assert.deepEqual(await due(100), [sampleId(2)])
    assert.deepEqual(await due(300), [sampleId(2), sampleId(1)])
    assert.deepEqual(await due(Number.MAX_SAFE_INTEGER, 1), [sampleId(2)])
    const passed = await store.due('key', 300, 1, (tenant) => tenant === B)
    assert.deepEqual(
      passed.map(({ id }) => id),
      [sampleId(1)],
    )
    await store.commit({ puts: [putKey(B, 2, {}, 1)] })
    assert.equal(await store.nextDue('key'), 300)
  })
}

function countTests(subject: Subject): void {
  test('counts the records of a tenant, and those of them with a facet', async () => {
    const store = subject()
    assert.equal(await store.count('key', A), 0)
    for (let from = 0; from < 600; from += 100) {
      const numbers = Array.from({ length: 100 }, (_, index) => from + index + 1)
      await store.commit({
        puts: numbers.flatMap((number) => [
          putKey(A, number, { state: number % 3 === 0 ? 'destroyed' : 'active' }),
          putKey(B, 1_000 + number),
        ]),
      })
    }
    await store.commit({ puts: [putVersion(A, 1, 1, {})] })
    assert.equal(await store.count('key', A), 600)
    assert.equal(await store.count('key', A, 'state=destroyed'), 200)
    assert.equal(await store.count('key', B), 600)
    assert.equal(await store.count('key', B, 'state=destroyed'), 0)
    assert.equal(await store.count('key-version', A), 1)
    assert.equal(await store.count('object', A), 0)
    const gone = { kind: 'key', tenant: A, id: sampleId(3), expected: 1 } as const
    await store.commit({ puts: [], deletes: [gone] })
    assert.equal(await store.count('key', A), 599)
    assert.equal(await store.count('key', A, 'state=destroyed'), 199)
  })
}

function outboxTests(subject: Subject): void {
  test('keeps audit entries in order of commit until the log has them', async () => {
    const store = subject()
    await store.commit(withOutbox([putKey(A, 1)], 'e-9'))
    await store.commit(withOutbox([putKey(A, 2)], 'e-1'))
    await store.commit(withOutbox([], 'e-5'))
    const pending = await store.pendingOutbox()
    assert.deepEqual(
      pending.map(({ id }) => id),
      ['e-9', 'e-1', 'e-5'],
    )
    assert.equal(pending[0]?.entry, '{"event":"e-9"}')
    store.settleOutbox(['e-9', 'e-5', 'e-404'] as EventId[])
    await store.commit({ puts: [putKey(A, 3)] })
    assert.deepEqual(
      (await store.pendingOutbox()).map(({ id }) => id),
      ['e-1'],
    )
  })

  test('forgets what is settled while a commit is under way', async () => {
    const store = subject()
    await store.commit(withOutbox([], 'e-1'))
    await store.commit(withOutbox([], 'e-2'))
    const busy = store.commit({ puts: [putKey(A, 1)] })
    store.settleOutbox(['e-1'] as EventId[])
    await new Promise((resolve) => setImmediate(resolve))
    store.settleOutbox(['e-2'] as EventId[])
    await busy
    assert.deepEqual(await store.pendingOutbox(), [])
    await store.commit({ puts: [putKey(A, 2)] })
    assert.deepEqual(await store.pendingOutbox(), [])
  })

  test('takes every kind of record', async () => {
    const store = subject()
    const policy = { tenant: A, name: 'p', text: 'permit;', updatedAt: 1 }
    const usage = { tenant: A, version: `${sampleId(1)}/1`, invocations: 1, bytes: 2 }
    const by = { id: 'ann' as PrincipalId, name: 'ann' }
    const versions = [{ version: 1, at: 1, by, text: 'permit;' }]
    const history = { tenant: A, name: 'p', versions }
    await store.commit({
      puts: [
        put('policy', A, 'p', policy),
        put('policy-history', A, 'h', history),
        put('usage', A, usage.version, usage),
      ],
    })
    assert.deepEqual((await store.getByName('policy-history', A, 'p'))?.value, history)
    assert.deepEqual((await store.get('policy', A, 'p'))?.value, policy)
    assert.deepEqual((await store.get('usage', A, usage.version))?.value, usage)
  })
}

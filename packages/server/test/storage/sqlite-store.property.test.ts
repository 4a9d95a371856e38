import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  DEFAULT_TENANT,
  type EventId,
  type Store,
  type TenantId,
  type UnitOfWork,
} from '@claviger/core'
import { MemoryStore, putKey, sampleId } from '@claviger/testkit'
import fc from 'fast-check'
import { openStore, removeFolder, temporaryFolder } from './temporary-store.ts'

const TENANTS = [DEFAULT_TENANT, 'other' as TenantId]
const NUMBERS = 12
const RUNS = Number(process.env['CLAVIGER_PROPERTY_RUNS'] ?? 40)

const tenant = fc.constantFrom(...TENANTS)
const number = fc.nat({ max: NUMBERS - 1 })
const change = fc.record({
  tenant,
  number,
  expected: fc.nat({ max: 3 }),
  name: fc.constantFrom('a', 'ab', 'b', 'c', 'own-1', 'own-2'),
  team: fc.constantFrom('x', 'y'),
  due: fc.option(fc.nat({ max: 50 }), { nil: undefined }),
  remove: fc.boolean(),
})
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

/** Some units at once, or a restart. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
)

function unitOf(changes: readonly Change[], event: number): UnitOfWork {
  const isRemoval = (each: Change) => each.remove && each.expected > 0
  return {
    puts: changes
      .filter((each) => !isRemoval(each))
      .map((each) =>
        putKey(
          each.tenant,
          each.number,
          {
            name: each.name,
            labels: { team: each.team },
            ...(each.due !== undefined && { destroyAt: each.due }),
          },
          each.expected,
        ),
      ),
    deletes: changes.filter(isRemoval).map((each) => ({
      kind: 'key' as const,
      tenant: each.tenant,
      id: sampleId(each.number),
      expected: each.expected,
    })),
    outbox: { id: `e-${event}` as EventId, entry: `{"n":${event}}` },
  }
}

/** Everything that can be asked of a store. */
async function answers(store: Store): Promise<unknown> {
  const all: unknown[] = [await store.pendingOutbox(), await store.nextDue('key')]
  const due = await store.due('key', 25, 100)
  all.push(
    due.map(({ value }) => value.destroyAt),
    new Set(due.map((one) => `${one.tenant} ${one.id}`)),
  )
  for (const of of TENANTS) {
    for (let id = 0; id < NUMBERS; id++) all.push(await store.get('key', of, sampleId(id)))
    for (const name of ['a', 'ab', 'b', 'none']) all.push(await store.getByName('key', of, name))
    for (const descending of [false, true]) {
      const query = { tenant: of, descending, limit: 3 }
      all.push(await store.list('key', query))
      all.push(await store.list('key', { ...query, after: sampleId(5) }))
      all.push(await store.list('key', { ...query, facets: ['label:team=x', 'state=active'] }))
      all.push(await store.list('key', { ...query, facets: ['label:team=y'], namePrefix: 'a' }))
    }
  }
  return all
}

test('sqlite answers as the model does, whatever is committed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const folder = temporaryFolder()
      const model = new MemoryStore()
      let store = openStore(folder)
      let event = 0
      try {
        for (const units of steps) {
          if (units === 'restart') {
            const knownAnchor = store.anchor()
            await store.close()
            store = openStore(folder, { knownAnchor })
            continue
          }
          const works = units.map((changes) => unitOf(changes, event++))
          const found = await Promise.allSettled(works.map((work) => store.commit(work)))
          const wanted = await Promise.allSettled(works.map((work) => model.commit(work)))
          assert.deepEqual(
            found.map(({ status }) => status),
            wanted.map(({ status }) => status),
          )
          if (event % 3 === 0) {
            const ids = [`e-${event - 1}`, `e-${event - 2}`] as EventId[]
            store.settleOutbox(ids)
            model.settleOutbox(ids)
          }
          assert.deepEqual(await answers(store), await answers(model))
        }
      } finally {
        await store.close()
        removeFolder(folder)
      }
    }),
    { numRuns: RUNS },
  )
})

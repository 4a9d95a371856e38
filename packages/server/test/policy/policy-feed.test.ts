import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KeeperError, type ListQuery, type Page, type RecordKind } from '@claviger/core'
import { MemoryStore, put } from '@claviger/testkit'
import { createCedarAuthorizer, PolicyFeed, type PolicyProblem } from '../../src/policy/index.ts'
import {
  CALL,
  policyDocument,
  sampleKey,
  sampleResource,
  sampleSession,
  TENANT,
} from './sample-requests.ts'

/** A store whose lists can be held up, be refused, and tell of damage. */
class SlowStore extends MemoryStore {
  hold: Promise<void> = Promise.resolve()
  refusal: KeeperError | undefined
  damaged: readonly string[] = []

  override async list<K extends RecordKind>(kind: K, query: ListQuery): Promise<Page<K>> {
    const page = await super.list(kind, query)
    await this.hold
    if (this.refusal !== undefined) throw this.refusal
    return { ...page, damaged: this.damaged }
  }

  async write(id: string, text: string, expected = 0): Promise<void> {
    const value = policyDocument(`doc-${id}`, text)
    await this.commit({ puts: [put('policy', TENANT, id, value, expected)] })
  }
}

function started() {
  const problems: PolicyProblem[] = []
  const store = new SlowStore()
  const authorizer = createCedarAuthorizer({ report: (problem) => problems.push(problem) })
  const feed = new PolicyFeed(store, authorizer)
  const session = sampleSession(['user', 'administrator'])
  const may = (): boolean => authorizer.decide(session, 'key.encrypt', sampleKey(), CALL).allowed
  const mayRepair = (): boolean =>
    authorizer.decide(session, 'policy.put', sampleResource('policy'), CALL).allowed
  const changed = (id: string) => feed.observe('policy', TENANT, id, undefined)
  return { store, feed, may, mayRepair, changed, problems }
}

const FORBID = 'forbid (principal, action == Action::"key.encrypt", resource);'

describe('the policy feed', () => {
  test('loads once, and again after a change', async () => {
    const { store, feed, may, changed } = started()
    await feed.ensure(TENANT)
    assert.equal(may(), true)
    assert.equal(feed.ensure(TENANT), undefined)
    await store.write('1', FORBID)
    await changed('1')
    assert.equal(may(), false)
    await store.commit({
      puts: [],
      deletes: [{ kind: 'policy', tenant: TENANT, id: '1', expected: 1 }],
    })
    await changed('1')
    assert.equal(may(), true)
  })

  test('reads every page', async () => {
    const { store, feed, may } = started()
    for (let index = 0; index < 300; index++) {
      await store.write(
        `${index}`.padStart(4, '0'),
        index === 299 ? FORBID : 'permit (principal, action == Action::"key.rotate", resource);',
      )
    }
    await feed.ensure(TENANT)
    assert.equal(may(), false)
  })

  test('a load that read before a change does not undo it', async () => {
    const { store, feed, may, changed } = started()
    const held = Promise.withResolvers<void>()
    store.hold = held.promise
    const first = feed.ensure(TENANT)
    await store.write('1', FORBID)
    const second = changed('1')
    held.resolve()
    await Promise.all([first, second])
    assert.equal(may(), false)
  })

  test('damage leaves only what repairs it', async () => {
    const { store, feed, may, mayRepair, problems } = started()
    store.damaged = ['1']
    await feed.ensure(TENANT)
    assert.equal(may(), false)
    assert.equal(mayRepair(), true)
    assert.match(problems[0]?.message ?? '', /do not authenticate/)
  })

  test('a store that fails after a change leaves nothing in force, until it answers again', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { store, feed, may, changed } = started()
    await feed.ensure(TENANT)
    store.refusal = new KeeperError('store-unavailable', 'not now')
    await assert.rejects(async () => changed('1'))
    assert.equal(may(), false)
    store.refusal = undefined
    t.mock.timers.tick(1_000)
    await feed.ensure(TENANT)
    assert.equal(may(), true)
  })

  test('forgets on sealing, even what it is just loading', async () => {
    const { store, feed, may } = started()
    const held = Promise.withResolvers<void>()
    await feed.ensure(TENANT)
    feed.reset()
    assert.equal(may(), false)
    store.hold = held.promise
    const load = feed.ensure(TENANT)
    await store.write('1', FORBID)
    feed.reset()
    held.resolve()
    await load
    assert.equal(may(), false)
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AttachmentChange,
  attachToKey,
  attachToTenant,
  createKey,
  type DescribedKey,
  encrypt,
  getKey,
  KeeperError,
  type RequestContext,
  type Store,
} from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { makeWorld, refuses, REQUEST, type World } from './world.ts'

const TEXT = new Uint8Array(16)
const NOTE = 'test/note/one'
const tenant = (world: World) => world.session.tenant
const note = (text: string, expected = 0): AttachmentChange => ({
  name: NOTE,
  body: { text },
  facets: [`text=${text}`],
  expected,
})
const made = (world: World, name: string, changes: readonly AttachmentChange[]) =>
  world.keeper.execute(world.session, createKey, { name, spec: 'aes-256' }, REQUEST, {
    attachments: ({ key }: DescribedKey) => ({ key: key.id, changes }),
  })
const attached = (world: World, key: string, changes: readonly AttachmentChange[]) =>
  world.run(attachToKey<undefined>(), { key, compute: () => ({ output: undefined, changes }) })

/** A disk that refuses when told to, and says how often it was written. */
class FailingStore extends MemoryStore {
  failing = false
  commits = 0

  override async commit(work: Parameters<Store['commit']>[0]): Promise<void> {
    if (this.failing) throw new KeeperError('store-unavailable', 'the disk is full')
    this.commits++
    return super.commit(work)
  }
}

describe('attachments', () => {
  test('are committed with the key that they are of, or not at all', async () => {
    const store = new FailingStore()
    const world = makeWorld(store)
    const { output } = await made(world, 'k', [note('a')])
    assert.equal(store.commits, 1)
    const stored = await world.keeper.attachments.get(tenant(world), NOTE)
    assert.deepEqual([stored?.value.key, stored?.value.body], [output.key.id, { text: 'a' }])
    // The name of the second is taken: its key is not made either, and the first is as it was.
    await assert.rejects(made(world, 'other', [note('b')]), refuses('conflict'))
    await assert.rejects(world.run(getKey, { key: 'other' }), refuses('not-found'))
    const same = await world.keeper.attachments.get(tenant(world), NOTE)
    assert.deepEqual(same?.value.body, { text: 'a' })
    await assert.rejects(
      made(world, 'third', [{ ...note('c'), name: 'no name' }]),
      refuses('invalid-input'),
    )
    await assert.rejects(world.run(getKey, { key: 'third' }), refuses('not-found'))
  })

  test('leave nothing behind of a commit that failed', async () => {
    const store = new FailingStore()
    const world = makeWorld(store)
    store.failing = true
    await assert.rejects(made(world, 'k', [note('a')]), refuses('store-unavailable'))
    store.failing = false
    assert.equal(await world.keeper.attachments.get(tenant(world), NOTE), undefined)
    await assert.rejects(world.run(getKey, { key: 'k' }), refuses('not-found'))
    assert.deepEqual(await store.pendingOutbox(), [])
    await made(world, 'k', [note('a')])
  })

  test('are computed again when something else changed them meanwhile', async () => {
    const world = makeWorld()
    await made(world, 'k', [note('0')])
    let computed = 0
    const count = () =>
      world.run(attachToKey<number>(), {
        key: 'k',
        compute: async (attachments) => {
          computed++
          const now = await attachments.get(tenant(world), NOTE)
          const next = Number(now?.value.body['text']) + 1
          return { output: next, changes: [note(String(next), now?.revision)] }
        },
      })
    const outputs = await Promise.all(Array.from({ length: 5 }, count))
    assert.deepEqual(
      outputs.toSorted((one, other) => one - other),
      [1, 2, 3, 4, 5],
    )
    assert.ok(computed > 5, `${computed} times`)
    const last = await world.keeper.attachments.get(tenant(world), NOTE)
    assert.deepEqual(last?.value.body, { text: '5' })
  })

  test('are seen as they are, by name, by key and by facet, after every change', async () => {
    const world = makeWorld()
    const one = await world.run(createKey, { name: 'one', spec: 'aes-256' })
    const two = await world.run(createKey, { name: 'two', spec: 'aes-256' })
    const { attachments } = world.keeper
    const ofKey = async ({ key }: DescribedKey) =>
      (await attachments.ofKey(tenant(world), key.id)).map(({ value }) => value.body['text'])
    const seen = async () => [
      (await attachments.get(tenant(world), NOTE))?.value.body['text'],
      await ofKey(one),
      await ofKey(two),
    ]
    assert.deepEqual(await seen(), [undefined, [], []])
    await attached(world, 'one', [note('a')])
    assert.deepEqual(await seen(), ['a', ['a'], []])
    // In memory by now: no waiting.
    assert.ok(!(attachments.get(tenant(world), NOTE) instanceof Promise))
    await attached(world, 'two', [note('b', 1)])
    assert.deepEqual(await seen(), ['b', [], ['b']])
    const facets = ['text=b']
    const page = await attachments.list({ tenant: tenant(world), facets, limit: 10 })
    assert.deepEqual(
      page.records.map(({ id }) => id),
      [NOTE],
    )
    await attached(world, 'two', [{ name: NOTE, body: undefined, expected: 2 }])
    assert.deepEqual(await seen(), [undefined, [], []])
  })

  test('of the tenant need leave of their own, and say in the log what was done', async () => {
    const world = makeWorld()
    const attach = attachToTenant<string>()
    const compute = () => ({ output: 'done', changes: [note('a')] })
    const details = { what: 'note' }
    assert.equal(await world.run(attach, { compute, details }), 'done')
    assert.deepEqual(world.log.events.at(-1)?.['details'], details)
    world.denied.add('tenant.attach')
    await assert.rejects(world.run(attach, { compute }), refuses('denied'))
  })
})

describe('a protocol that narrows', () => {
  const narrowed = (narrow: NonNullable<RequestContext['narrow']>): RequestContext => ({
    ...REQUEST,
    narrow,
  })
  const no = narrowed(() => {
    throw new KeeperError('denied', 'not by my rules')
  })
  const sealing = (world: World, request: RequestContext) =>
    world.keeper.executeData(
      world.session,
      encrypt,
      { key: 'k', items: [{ plaintext: TEXT }] },
      request,
    )

  test('refuses what policy allows, and the log says denied', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    await assert.rejects(sealing(world, no), refuses('denied'))
    await assert.rejects(
      world.keeper.execute(world.session, getKey, { key: 'k' }, no),
      refuses('denied'),
    )
    assert.deepEqual(
      world.log.events.slice(-2).map(({ action, outcome, error }) => [action, outcome, error]),
      [
        ['key.encrypt', 'denied', 'denied'],
        ['key.get', 'denied', 'denied'],
      ],
    )
  })

  test('allows nothing that policy refuses, and is not even asked', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    world.denied.add('key.encrypt')
    let asked = 0
    const yes = narrowed(() => {
      asked++
      return ['theirs']
    })
    await assert.rejects(sealing(world, yes), refuses('denied'))
    assert.equal(asked, 0)
  })

  test('adds the names of its rules to those that the entry holds', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    await sealing(
      world,
      narrowed((action, { id }) => [`theirs:${action}:${id === '' ? 'none' : 'key'}`]),
    )
    assert.deepEqual(world.log.events.at(-1)?.['policies'], ['test', 'theirs:key.encrypt:key'])
  })

  test('is asked of a key that is not there as well, so that names cannot be probed', async () => {
    const world = makeWorld()
    await assert.rejects(sealing(world, no), refuses('denied'))
    await assert.rejects(
      sealing(
        world,
        narrowed(() => []),
      ),
      refuses('not-found'),
    )
  })
})

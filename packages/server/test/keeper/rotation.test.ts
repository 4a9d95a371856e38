import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  activateKey,
  cancelDestroyKey,
  createKey,
  DAY_MS,
  decrypt,
  destroyKey,
  encrypt,
  getKey,
  importKey,
  keyHistory,
  KeeperError,
  mac,
  resumeKey,
  rotateKey,
  rotateWhenDue,
  Scheduler,
  setRotation,
  type Store,
  suspendKey,
} from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { makeWorld, refuses, T0, type World } from './world.ts'

const TEXT = encodeUtf8('attack at dawn')
const rethrow = (error: unknown): never => {
  throw error
}
const at = (world: World, day: number): Promise<number> => {
  world.clock.set(T0 + day * DAY_MS)
  return new Scheduler(world.keeper, world.ports, rethrow).sweep()
}
const current = async (world: World): Promise<number> =>
  (await world.run(getKey, { key: 'k' })).key.currentVersion

async function rotating(world: World, periodDays = 90): Promise<void> {
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const { key } = await world.run(setRotation, { key: 'k', periodDays })
  assert.deepEqual(key.rotation, { periodDays, nextAt: T0 + periodDays * DAY_MS })
}

describe('a rotation schedule', () => {
  test('rotates on its dates, and the history tells it from rotations on request', async () => {
    const world = makeWorld()
    await rotating(world)
    const sealed = await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
    assert.equal(await at(world, 89), 0)
    assert.equal(await at(world, 90), 1)
    assert.equal(await at(world, 90), 0)
    await world.run(rotateKey, { key: 'k' })
    const { key } = await world.run(getKey, { key: 'k' })
    // A rotation on request leaves the dates alone.
    assert.deepEqual(key.rotation, { periodDays: 90, nextAt: T0 + 180 * DAY_MS })
    const { versions } = await world.run(keyHistory, { key: 'k' })
    assert.deepEqual(
      versions.map(({ cause, state }) => [cause, state]),
      [
        ['created', 'deactivated'],
        ['scheduled', 'deactivated'],
        ['requested', 'active'],
      ],
    )
    await world.data(decrypt, { key: 'k', items: [{ key: key.id, ...sealed }] })
    const event = world.log.events.find(
      ({ action, actor }) =>
        action === 'key.rotate' && (actor as { auth: string }).auth === 'internal',
    )
    assert.deepEqual(event?.['details'], { version: 2, replaced: 1, cause: 'scheduled' })
  })

  test('does not catch up with what was missed, and does not drift', async () => {
    const world = makeWorld()
    await rotating(world)
    assert.equal(await at(world, 95), 1)
    const onTime = await world.run(getKey, { key: 'k' })
    assert.equal(onTime.key.rotation?.nextAt, T0 + 180 * DAY_MS)
    assert.equal(await at(world, 500), 1)
    assert.equal(await at(world, 500), 0)
    const late = await world.run(getKey, { key: 'k' })
    assert.equal(late.key.rotation?.nextAt, T0 + 590 * DAY_MS)
  })

  test('waits while the key is suspended or about to be destroyed', async () => {
    const world = makeWorld()
    await rotating(world)
    await world.run(suspendKey, { key: 'k', reason: 'audit' })
    assert.equal(await at(world, 100), 0)
    await world.run(resumeKey, { key: 'k' })
    assert.equal(await at(world, 100), 1)
    assert.equal(await current(world), 2)
    await world.run(destroyKey, { key: 'k', windowDays: 300 })
    assert.equal(await at(world, 300), 0)
    await world.run(cancelDestroyKey, { key: 'k' })
    assert.equal(await at(world, 300), 0)
    await world.run(resumeKey, { key: 'k' })
    assert.equal(await at(world, 300), 1)
    assert.equal(await current(world), 3)
    await world.run(destroyKey, { key: 'k', windowDays: 0 })
    assert.equal(await at(world, 900), 0)
  })

  test('waits for a key to become active', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'hmac-sha256', activate: false })
    await world.run(setRotation, { key: 'k', periodDays: 1 })
    assert.equal(await at(world, 5), 0)
    await world.run(activateKey, { key: 'k' })
    assert.equal(await at(world, 5), 1)
    const tag = await world.data(mac, { key: 'k', items: [{ message: TEXT }] })
    assert.equal(tag.version, 2)
  })

  test('ends by a call, begins anew only with another period, and is bounded', async () => {
    const world = makeWorld()
    await rotating(world)
    world.clock.set(T0 + 10 * DAY_MS)
    const same = await world.run(setRotation, { key: 'k', periodDays: 90 })
    assert.equal(same.key.rotation?.nextAt, T0 + 90 * DAY_MS)
    const other = await world.run(setRotation, { key: 'k', periodDays: 30 })
    assert.equal(other.key.rotation?.nextAt, T0 + 40 * DAY_MS)
    const none = await world.run(setRotation, { key: 'k', periodDays: null })
    assert.equal(none.key.rotation, undefined)
    assert.equal(await at(world, 400), 0)
    for (const periodDays of [0, -1, 1.5, 3_651, Number.NaN]) {
      await assert.rejects(
        world.run(setRotation, { key: 'k', periodDays }),
        refuses('invalid-input'),
      )
    }
  })

  test('is for keys whose material is made here', async () => {
    const world = makeWorld()
    const material = { format: 'raw' as const, data: randomBytes(32) }
    await world.run(importKey, { name: 'k', spec: 'aes-256', material })
    await assert.rejects(
      world.run(setRotation, { key: 'k', periodDays: 90 }),
      refuses('unsupported'),
    )
    await world.run(setRotation, { key: 'k', periodDays: null })
  })

  test('rotates once for one date, whoever asks and however it is interrupted', async () => {
    const store = new FailingStore()
    const world = makeWorld(store)
    await rotating(world)
    world.clock.set(T0 + 90 * DAY_MS)
    store.failing = true
    const reported: unknown[] = []
    const scheduler = new Scheduler(world.keeper, world.ports, (error) => reported.push(error))
    assert.equal(await scheduler.sweep(), 0)
    assert.equal(reported.length, 1)
    store.failing = false
    assert.equal(await current(world), 1)
    await Promise.all([
      at(world, 90),
      at(world, 90),
      world.run(rotateWhenDue, { key: 'k' }),
      world.run(rotateWhenDue, { key: 'k' }),
    ])
    assert.equal(await current(world), 2)
  })
})

/** A disk that refuses for a while. */
class FailingStore extends MemoryStore {
  failing = false

  override async commit(work: Parameters<Store['commit']>[0]): Promise<void> {
    if (this.failing) throw new KeeperError('store-unavailable', 'the disk is full')
    return super.commit(work)
  }
}

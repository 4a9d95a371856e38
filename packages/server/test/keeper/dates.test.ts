import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  activateKey,
  cancelDestroyKey,
  createKey,
  DAY_MS,
  decrypt,
  destroyKey,
  encrypt,
  type Encrypted,
  getKey,
  keyHistory,
  resumeKey,
  rotateKey,
  Scheduler,
  sign,
  verify,
} from '@claviger/core'
import { makeWorld, refuses, T0 } from './world.ts'

const TEXT = encodeUtf8('attack at dawn')
const rethrow = (error: unknown): never => {
  throw error
}
const item = (key: string, sealed: Encrypted) => ({ key, ...sealed })

test('a key whose periods are unlimited is never due by itself', async () => {
  const world = makeWorld()
  const cryptoperiod = { protectDays: 'unlimited', processDays: 'unlimited' } as const
  const activate = T0 + DAY_MS
  await world.run(createKey, { name: 'k', spec: 'aes-256', cryptoperiod, activate })
  world.clock.set(T0 + 2 * DAY_MS)
  assert.equal(await new Scheduler(world.keeper, world.ports, rethrow).sweep(), 1)
  world.clock.set(T0 + 200_000 * DAY_MS)
  assert.equal(await new Scheduler(world.keeper, world.ports, rethrow).sweep(), 0)
  const { version, state } = await world.run(getKey, { key: 'k' })
  assert.deepEqual(
    [state, version.protectUntil, version.processUntil, version.destroyDue],
    ['active', undefined, undefined, false],
  )
  await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
})

test('a scheduled destruction suspends, can be cancelled, and happens when it is due', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const sealed = await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
  await world.run(destroyKey, { key: 'k', windowDays: 7 })
  await assert.rejects(
    world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] }),
    refuses('wrong-state'),
  )
  await assert.rejects(world.run(resumeKey, { key: 'k' }), refuses('wrong-state'))
  await world.run(cancelDestroyKey, { key: 'k' })
  const { key } = await world.run(resumeKey, { key: 'k' })
  await world.data(decrypt, { key: 'k', items: [item(key.id, sealed)] })
  await world.run(destroyKey, { key: 'k', windowDays: 7 })
  const scheduler = new Scheduler(world.keeper, world.ports, rethrow)
  world.clock.set(T0 + 7 * DAY_MS - 1)
  assert.equal(await scheduler.sweep(), 0)
  world.clock.set(T0 + 7 * DAY_MS)
  // In force by the date alone, before the scheduler has come round.
  await assert.rejects(
    world.data(decrypt, { key: 'k', items: [item(key.id, sealed)], acknowledgeRisk: true }),
    refuses('wrong-state'),
  )
  assert.equal(await scheduler.sweep(), 1)
  assert.equal(await scheduler.sweep(), 0)
  const after = await world.run(getKey, { key: 'k' })
  assert.deepEqual([after.state, after.version.hasMaterial], ['destroyed', false])
})

test('dates activate and deactivate on time', async () => {
  const world = makeWorld()
  await world.run(createKey, {
    name: 'k',
    spec: 'aes-256',
    activate: T0 + DAY_MS,
    cryptoperiod: { protectDays: 10, processDays: 20 },
  })
  const call = { key: 'k', items: [{ plaintext: TEXT }] }
  await assert.rejects(world.data(encrypt, call), refuses('wrong-state'))
  const scheduler = new Scheduler(world.keeper, world.ports, rethrow)
  world.clock.set(T0 + DAY_MS)
  await scheduler.sweep()
  const sealed = await world.data(encrypt, call)
  world.clock.set(T0 + 11 * DAY_MS)
  await assert.rejects(world.data(encrypt, call), refuses('period-over'))
  await scheduler.sweep()
  const { key, state } = await world.run(getKey, { key: 'k' })
  assert.equal(state, 'deactivated')
  await world.data(decrypt, { key: 'k', items: [item(key.id, sealed)] })
  world.clock.set(T0 + 21 * DAY_MS)
  await assert.rejects(
    world.data(decrypt, { key: 'k', items: [item(key.id, sealed)] }),
    refuses('period-over'),
  )
})

test('a rotated signature still verifies after its private half is gone', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 's', spec: 'ec-p256' })
  const signed = await world.data(sign, { key: 's', items: [{ message: TEXT, options: {} }] })
  await world.run(rotateKey, { key: 's' })
  const check = { message: TEXT, options: {}, signature: signed.signature, version: 1 }
  assert.deepEqual(await world.data(verify, { key: 's', items: [check] }), {
    valid: true,
    version: 1,
  })
  const wrong = { ...check, message: encodeUtf8('retreat') }
  assert.deepEqual(await world.data(verify, { key: 's', items: [wrong] }), {
    valid: false,
    version: 1,
  })
  const { versions } = await world.run(keyHistory, { key: 's' })
  assert.deepEqual(
    versions.map(({ state, publicState, hasMaterial }) => [state, publicState, hasMaterial]),
    [
      ['destroyed', 'deactivated', false],
      ['active', 'active', true],
    ],
  )
})

test('a key made for later waits for its activation', async () => {
  const world = makeWorld()
  const made = await world.run(createKey, { name: 'k', spec: 'aes-256', activate: false })
  assert.deepEqual([made.state, made.key.currentVersion], ['pre-active', 0])
  await assert.rejects(
    world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] }),
    refuses('wrong-state'),
  )
  const active = await world.run(activateKey, { key: 'k' })
  assert.deepEqual([active.state, active.key.currentVersion], ['active', 1])
})

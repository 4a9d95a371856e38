import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  createKey,
  decrypt,
  encrypt,
  getKey,
  importKey,
  keyUsage,
  reEncrypt,
  rotateKey,
  Scheduler,
  suspendKey,
  wrap,
} from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { makeWorld, refuses, REQUEST, T0, type World } from './world.ts'

const TEXT = new Uint8Array(16)
const rethrow = (error: unknown): never => {
  throw error
}
const seal = (world: World, key = 'k') => world.data(encrypt, { key, items: [{ plaintext: TEXT }] })
const used = async (world: World, key = 'k') => {
  const { lastUse } = await world.run(keyUsage, { key })
  return lastUse === undefined ? undefined : [lastUse.action, lastUse.version, lastUse.at]
}
const sweep = (world: World) => new Scheduler(world.keeper, world.ports, rethrow).sweep()

describe('the last use of a key', () => {
  test('is the newest that succeeded, with the entry that tells of it', async () => {
    const world = makeWorld()
    const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
    assert.equal(await used(world), undefined)
    const request = { ...REQUEST, requestId: 'r-1' }
    const call = { key: 'k', items: [{ plaintext: TEXT }] }
    await world.keeper.executeData(world.session, encrypt, call, request)
    const event = world.log.events.at(-1)?.['id']
    assert.deepEqual(await world.keeper.usage.lastUse(world.session.tenant, key.id), {
      tenant: world.session.tenant,
      key: key.id,
      at: T0,
      action: 'key.encrypt',
      version: 1,
      event,
      requestId: 'r-1',
    })
    await world.run(rotateKey, { key: 'k' })
    world.clock.set(T0 + 5)
    const sealed = await seal(world)
    assert.deepEqual(await used(world), ['key.encrypt', 2, T0 + 5])
    world.clock.set(T0 + 9)
    await world.data(decrypt, { key: 'k', items: [{ key: key.id, ...sealed }] })
    assert.deepEqual(await used(world), ['key.decrypt', 2, T0 + 9])
  })

  test('is no refusal, no failure, no dry run and no look at the key', async () => {
    const world = makeWorld()
    const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
    const sealed = await seal(world)
    world.clock.set(T0 + 5)
    const torn = { key: key.id, ...sealed, ciphertext: new Uint8Array(40) }
    await assert.rejects(
      world.data(decrypt, { key: 'k', items: [torn] }),
      refuses('authentication-failed'),
    )
    const call = { key: 'k', items: [{ plaintext: TEXT }], dryRun: true }
    await assert.rejects(world.data(encrypt, call), refuses('dry-run'))
    await world.run(getKey, { key: 'k' })
    await world.run(suspendKey, { key: 'k', reason: 'r' })
    await assert.rejects(seal(world), refuses('wrong-state'))
    assert.deepEqual(await used(world), ['key.encrypt', 1, T0])
  })

  test('is that of every key that worked for a call', async () => {
    const world = makeWorld()
    const { key } = await world.run(createKey, { name: 'from', spec: 'aes-256', exportable: true })
    await world.run(createKey, { name: 'to', spec: 'aes-256' })
    await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
    const { wrapped } = await world.data(wrap, { key: 'kek', items: [{ target: 'from' }] })
    assert.equal(await used(world, 'from'), undefined, 'what is exported does no work')
    const sealed = await seal(world, 'from')
    await world.data(reEncrypt, {
      key: 'from',
      items: [{ key: key.id, ...sealed, destination: 'to' }],
    })
    assert.deepEqual(await used(world, 'from'), ['key.re-encrypt-from', 1, T0])
    assert.deepEqual(await used(world, 'to'), ['key.re-encrypt-to', 1, T0])
    const material = { format: 'raw' as const, data: wrapped, wrapping: { key: 'kek' } }
    await world.run(importKey, { name: 'copy', spec: 'aes-256', material })
    assert.deepEqual(await used(world, 'kek'), ['key.unwrap', 1, T0])
  })

  test('is written once a minute and when the keeper stops, and not for each call', async () => {
    const store = new MemoryStore()
    let commits = 0
    const commit = store.commit.bind(store)
    store.commit = (work) => {
      if (work.puts.some(({ kind }) => kind === 'last-use')) commits++
      return commit(work)
    }
    const world = makeWorld(store)
    const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
    const { tenant } = world.session
    for (let second = 0; second < 150; second++) {
      world.clock.set(T0 + second * 1_000)
      await seal(world)
      await sweep(world)
    }
    assert.equal(commits, 3)
    const written = await store.get('last-use', tenant, key.id)
    assert.equal(written?.value.at, T0 + 120_000)
    assert.deepEqual(await used(world), ['key.encrypt', 1, T0 + 149_000])
    await world.keeper.usage.close()
    const after = makeWorld(store)
    assert.deepEqual(await used(after), ['key.encrypt', 1, T0 + 149_000])
    await sweep(after)
    assert.equal(commits, 4, 'what is written is not written again')
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  activateKey,
  activateObject,
  createKey,
  createObject,
  DAY_MS,
  DEFAULT_TENANT,
  destroyKey,
  encrypt,
  type Encrypted,
  encodeEntry,
  ENTRY_BYTES_MAX,
  getKey,
  importKey,
  KeeperError,
  keyHistory,
  reEncrypt,
  revokeKey,
  rotateKey,
  Scheduler,
  suspendKey,
  suspendObject,
  updateKey,
  wrap,
} from '@claviger/core'
import { makeWorld, refuses, REQUEST, sessionOf, T0 } from './world.ts'

/* Bugs found once, each held down by the call that showed it. */

const TEXT = encodeUtf8('attack at dawn')
const call = (key: string) => ({ key, items: [{ plaintext: TEXT }] })
const ended = { protectDays: 1, processDays: 10 }

test('leave to encrypt is not leave to choose the IV of a counter mode', async () => {
  const world = makeWorld()
  await world.run(createKey, {
    name: 'k',
    spec: 'aes-256',
    mechanisms: ['aes-gcm', 'aes-ccm', 'aes-ctr', 'aes-cbc'],
  })
  await world.run(createKey, { name: 'c', spec: 'chacha20' })
  for (const [key, mechanism, length] of [
    ['k', 'aes-gcm', 12],
    ['k', 'aes-ccm', 12],
    ['k', 'aes-ctr', 16],
    ['c', 'chacha20-poly1305', 12],
  ] as const) {
    const items = [{ plaintext: TEXT, mechanism, iv: new Uint8Array(length) }]
    await assert.rejects(world.data(encrypt, { key, items }), refuses('invalid-input'), mechanism)
  }
  const items = [
    { plaintext: new Uint8Array(16), mechanism: 'aes-cbc' as const, iv: new Uint8Array(16) },
  ]
  await world.data(encrypt, { key: 'k', items })
})

test('no event outgrows the frame of the log, whatever its lists hold', () => {
  const long = Array.from({ length: 5_000 }, (_, index) => `${index}-\ud800"\u0001`.repeat(40))
  const entry = encodeEntry({
    id: 'x' as never,
    at: T0,
    tenant: DEFAULT_TENANT,
    action: 'policy.put',
    session: sessionOf('ada'),
    request: REQUEST,
    target: { kind: 'policy', id: '', name: 'p' },
    outcome: 'allowed',
    policies: long,
    details: { one: long, two: long },
    versions: Array.from({ length: 5_000 }, (_, index) => index),
  })
  assert.ok(Buffer.byteLength(entry) <= ENTRY_BYTES_MAX)
  const { policies } = JSON.parse(entry) as { policies: string[] }
  assert.equal(policies.length, 33)
  assert.equal(policies.at(-1), '… and 4968 more')
})

test('what may not be used may not be exported either', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
  for (const name of ['suspended', 'compromised', 'due']) {
    await world.run(createKey, { name, spec: 'aes-256', exportable: true })
  }
  await world.run(suspendKey, { key: 'suspended', reason: 'r' })
  await world.run(revokeKey, { key: 'compromised', reason: 'key-compromise' })
  await world.run(destroyKey, { key: 'due', windowDays: 1 })
  world.clock.set(T0 + 2 * DAY_MS)
  const ask = (target: string) => world.data(wrap, { key: 'kek', items: [{ target }] })
  await assert.rejects(ask('suspended'), refuses('risk-not-acknowledged'))
  await assert.rejects(ask('compromised'), refuses('risk-not-acknowledged'))
  await assert.rejects(ask('due'), refuses('wrong-state'))
})

test('the entry says what left, what was moved and what unwrapped, and with which versions', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
  const inner = await world.run(createKey, { name: 'inner', spec: 'aes-256', exportable: true })
  const { wrapped } = await world.data(wrap, {
    key: 'kek',
    items: [{ target: 'inner', mechanism: 'aes-kwp' }],
  })
  const exported = world.log.events.at(-1)
  assert.deepEqual(exported?.['details'], { used: [`key.export ${inner.key.id}/1`] })
  assert.deepEqual([exported?.['mechanism'], exported?.['versions']], ['aes-kwp', [1]])
  const other = await world.run(createKey, { name: 'other', spec: 'aes-256' })
  const sealed: Encrypted = await world.data(encrypt, call('inner'))
  const items = [{ key: inner.key.id, ...sealed, destination: 'other' }]
  await world.data(reEncrypt, { key: 'inner', items })
  assert.deepEqual(world.log.events.at(-1)?.['details'], {
    used: [`key.re-encrypt-to ${other.key.id}/1`],
  })
  const material = {
    format: 'raw',
    data: wrapped,
    wrapping: { key: 'kek', mechanism: 'aes-kwp' },
  } as const
  await world.run(importKey, { name: 'copy', spec: 'aes-256', material })
  assert.match(
    JSON.stringify(world.log.events.at(-1)?.['details']),
    /"used":\["key\.unwrap [^"]*\/1"\]/,
  )
})

test('one key that cannot be read keeps no other from its dates', async () => {
  const world = makeWorld()
  for (const name of ['a', 'b'])
    await world.run(createKey, { name, spec: 'aes-256', cryptoperiod: ended })
  const { key: bad } = await world.run(getKey, { key: 'a' })
  world.clock.set(T0 + 2 * DAY_MS)
  const get = world.store.get.bind(world.store)
  world.store.get = (kind, tenant, id) =>
    kind === 'key' && id === bad.id
      ? Promise.reject(new KeeperError('integrity', 'damaged'))
      : get(kind, tenant, id)
  const reported: unknown[] = []
  const scheduler = new Scheduler(world.keeper, world.ports, (error) => void reported.push(error))
  assert.equal(await scheduler.sweep(), 1)
  assert.equal(await scheduler.sweep(), 0)
  assert.equal(reported.length, 1)
  assert.equal((await world.run(getKey, { key: 'b' })).key.state, 'deactivated')
})

test('a period that ended before the scheduler came round blocks no brake', async () => {
  const world = makeWorld()
  for (const name of ['a', 'b', 'c'])
    await world.run(createKey, { name, spec: 'aes-256', cryptoperiod: ended })
  world.clock.set(T0 + 2 * DAY_MS)
  await world.run(suspendKey, { key: 'a', reason: 'x' })
  assert.equal((await world.run(rotateKey, { key: 'b' })).key.currentVersion, 2)
  await world.run(destroyKey, { key: 'c', windowDays: 30 })
  const { versions } = await world.run(keyHistory, { key: 'b' })
  assert.deepEqual(
    versions.map(({ state }) => state),
    ['deactivated', 'active'],
  )
})

test('a use that waited while its key was destroyed neither succeeds nor leaves it in memory', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const commit = world.store.commit.bind(world.store)
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  // The first use reserves a block of its limit: let that take until the key is gone.
  world.store.commit = async (work) => {
    if (work.puts.some(({ kind }) => kind === 'usage')) await held
    return commit(work)
  }
  const using = world.data(encrypt, call('k'))
  await world.run(destroyKey, { key: 'k', windowDays: 0 })
  release()
  await assert.rejects(using, refuses('wrong-state'))
  assert.equal(world.custody.openCount, 0)
})

test('an observer that fails hides the change from nobody else', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  await world.data(encrypt, call('k'))
  const reported: unknown[] = []
  Object.assign(world.ports, { report: (error: unknown) => void reported.push(error) })
  ;(world.ports.observers as unknown as (() => void)[]).unshift(() => {
    throw new Error('broken')
  })
  await world.run(suspendKey, { key: 'k', reason: 'x' })
  assert.ok(reported.length > 0)
  assert.equal(world.log.events.at(-1)?.['outcome'], 'allowed')
  await assert.rejects(world.data(encrypt, call('k')), refuses('wrong-state'))
})

test('a fault in the middle of a data operation is recorded like any other failure', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const before = world.log.size
  world.custody.open = () => {
    throw new TypeError('a bug')
  }
  await assert.rejects(world.data(encrypt, call('k')), TypeError)
  assert.deepEqual([world.log.size, world.log.events.at(-1)?.['outcome']], [before + 1, 'failed'])
})

test('activating is no way out of a suspension', async () => {
  const world = makeWorld()
  await world.run(createObject, { name: 'o', kind: 'opaque', content: TEXT })
  await world.run(suspendObject, { object: 'o' })
  await assert.rejects(world.run(activateObject, { object: 'o' }), refuses('wrong-state'))
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  await world.run(suspendKey, { key: 'k', reason: 'r' })
  await assert.rejects(world.run(activateKey, { key: 'k' }), refuses('wrong-state'))
})

test('a suspended object with a date does not keep the scheduler busy', async () => {
  const world = makeWorld()
  await world.run(createObject, {
    name: 'o',
    kind: 'opaque',
    content: TEXT,
    deactivateAt: T0 + 1_000,
  })
  await world.run(suspendObject, { object: 'o' })
  world.clock.set(T0 + 5_000)
  const scheduler = new Scheduler(world.keeper, world.ports, assert.fail as never)
  assert.equal(await scheduler.sweep(), 0)
})

test('a lowered limit counts at once, also within a block that was reserved under the old one', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  for (let use = 0; use < 3; use++) await world.data(encrypt, call('k'))
  await world.run(updateKey, { key: 'k', limits: { invocationsMax: 3 } })
  await assert.rejects(world.data(encrypt, call('k')), refuses('limit-reached'))
})

test('an activation date opens the key by itself, before the scheduler has come round', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256', activate: T0 + DAY_MS })
  await assert.rejects(world.data(encrypt, call('k')), refuses('wrong-state'))
  world.clock.set(T0 + DAY_MS)
  assert.equal((await world.data(encrypt, call('k'))).version, 1)
})

test('a session that ended while its request arrived does nothing', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  Object.assign(world.ports, { isCurrent: () => false })
  await assert.rejects(world.data(encrypt, call('k')), refuses('unauthenticated'))
  await assert.rejects(world.run(getKey, { key: 'k' }), refuses('unauthenticated'))
})

test('a refusal does not tell the name of what was asked for by id', async () => {
  const world = makeWorld()
  const { key } = await world.run(createKey, { name: 'merger-with-globex', spec: 'aes-256' })
  world.denied.add('key.get')
  await assert.rejects(world.run(getKey, { key: key.id }), (error: unknown) => {
    assert.ok(error instanceof KeeperError && error.code === 'denied')
    assert.ok(!JSON.stringify([error.message, error.details]).includes('globex'))
    return true
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, encodeUtf8 } from '@claviger/bytes'
import {
  createKey,
  DAY_MS,
  decrypt,
  DEFAULT_TENANT,
  derive,
  destroyKey,
  encrypt,
  type Encrypted,
  generateDataKey,
  getKey,
  importKey,
  keyHistory,
  listKeys,
  mac,
  reEncrypt,
  resumeKey,
  revokeKey,
  rotateKey,
  Scheduler,
  suspendKey,
  unwrap,
  updateKey,
  verifyMac,
  wrap,
} from '@claviger/core'
import { makeWorld, refuses, REQUEST, sessionOf, T0 } from './world.ts'

const TEXT = encodeUtf8('attack at dawn')
const rethrow = (error: unknown): never => {
  throw error
}
const item = (key: string, sealed: Encrypted) => ({ key, ...sealed })

test('one key through its whole life', async () => {
  const world = makeWorld()
  const { key } = await world.run(createKey, { name: 'payments', spec: 'aes-256' })
  const first = await world.data(encrypt, { key: 'payments', items: [{ plaintext: TEXT }] })
  assert.equal(first.version, 1)
  const rotated = await world.run(rotateKey, { key: 'payments' })
  assert.equal(rotated.key.currentVersion, 2)
  const second = await world.data(encrypt, { key: key.id, items: [{ plaintext: TEXT }] })
  assert.equal(second.version, 2)
  const old = await world.data(decrypt, { key: 'payments', items: [item(key.id, first)] })
  assert.deepEqual(new Uint8Array(old.plaintext), TEXT)
  const moved = await world.data(reEncrypt, { key: 'payments', items: [item(key.id, first)] })
  assert.deepEqual([moved.sourceVersion, moved.version], [1, 2])
  await world.run(suspendKey, { key: 'payments', reason: 'audit' })
  const decryptFirst = { key: 'payments', items: [item(key.id, first)] }
  await assert.rejects(world.data(decrypt, decryptFirst), refuses('risk-not-acknowledged'))
  await assert.rejects(
    world.data(encrypt, { key: 'payments', items: [{ plaintext: TEXT }] }),
    refuses('wrong-state'),
  )
  await world.data(decrypt, { ...decryptFirst, acknowledgeRisk: true })
  await world.run(resumeKey, { key: 'payments' })
  await world.data(encrypt, { key: 'payments', items: [{ plaintext: TEXT }] })
  await world.run(revokeKey, { key: 'payments', reason: 'key-compromise', occurredAt: T0 - DAY_MS })
  await assert.rejects(
    world.data(encrypt, { key: 'payments', items: [{ plaintext: TEXT }] }),
    refuses('wrong-state'),
  )
  const described = await world.run(getKey, { key: 'payments' })
  assert.deepEqual(described.version.compromise, {
    occurredAt: T0 - DAY_MS,
    reportedAt: T0,
    reason: 'key-compromise',
  })
  await world.run(destroyKey, { key: 'payments', windowDays: 0 })
  await assert.rejects(
    world.data(decrypt, { ...decryptFirst, acknowledgeRisk: true }),
    refuses('wrong-state'),
  )
  const { versions, state } = await world.run(keyHistory, { key: 'payments' })
  assert.equal(state, 'destroyed')
  assert.deepEqual(
    versions.map(({ hasMaterial }) => hasMaterial),
    [false, false],
  )
  assert.equal(world.custody.openCount, 0)
})

test('every call is one entry, allowed or not, and names what decided', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'payments', spec: 'aes-256' })
  await world.data(encrypt, { key: 'payments', items: [{ plaintext: TEXT }] })
  world.denied.add('key.encrypt')
  await assert.rejects(
    world.data(encrypt, { key: 'payments', items: [{ plaintext: TEXT }] }),
    refuses('denied'),
  )
  await assert.rejects(world.run(getKey, { key: 'nothing' }), refuses('not-found'))
  // Whoever may not use a name does not learn whether it exists.
  await assert.rejects(
    world.data(encrypt, { key: 'nothing', items: [{ plaintext: TEXT }] }),
    refuses('denied'),
  )
  assert.deepEqual(
    world.log.events.map(({ action, outcome, error }) => [action, outcome, error]),
    [
      ['key.create', 'allowed', undefined],
      ['key.encrypt', 'allowed', undefined],
      ['key.encrypt', 'denied', 'denied'],
      ['key.get', 'failed', 'not-found'],
      ['key.encrypt', 'denied', 'denied'],
    ],
  )
  assert.deepEqual(world.log.events[1]?.['policies'], ['test'])
  for (const entry of world.log.entries) assert.ok(!entry.includes('attack'))
})

test('items of a batch are answered each on its own', async () => {
  const world = makeWorld()
  const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const good = await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
  const bad = {
    ...good,
    ciphertext: Uint8Array.from(good.ciphertext, (byte, index) => (index === 0 ? byte ^ 1 : byte)),
  }
  const items = [item(key.id, good), item(key.id, bad), item(key.id, { ...good, version: 9 })]
  const { results } = await world.keeper.executeData(
    world.session,
    decrypt,
    { key: 'k', items },
    REQUEST,
  )
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.error.code)),
    ['ok', 'authentication-failed', 'not-found'],
  )
  const last = world.log.events.at(-1)
  assert.deepEqual([last?.['outcome'], last?.['items'], last?.['failed']], ['partial', 3, 2])
  const many = Array.from({ length: 1_001 }, () => ({ plaintext: TEXT }))
  await assert.rejects(world.data(encrypt, { key: 'k', items: many }), refuses('too-large'))
  await assert.rejects(world.data(encrypt, { key: 'k', items: [] }), refuses('invalid-input'))
})

test('limits are counted in reserved blocks, and a crash never counts too little', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256', limits: { invocationsMax: 5 } })
  const call = { key: 'k', items: [{ plaintext: TEXT }] }
  for (let use = 0; use < 3; use++) await world.data(encrypt, call)
  // As after a crash: another keeper over the same store knows only what was reserved.
  const after = makeWorld(world.store)
  const other = { ...world, keeper: after.keeper }
  assert.equal((await after.keeper.usage.used(DEFAULT_TENANT, 'none')).invocations, 0)
  const { key } = await world.run(getKey, { key: 'k' })
  const reserved = await other.keeper.usage.used(DEFAULT_TENANT, `${key.id}/1`)
  assert.ok(reserved.invocations >= 3 && reserved.invocations <= 5)
  await world.data(encrypt, call)
  await world.data(encrypt, call)
  await assert.rejects(world.data(encrypt, call), refuses('limit-reached'))
  await world.run(rotateKey, { key: 'k' })
  await world.data(encrypt, call)
})

test('concurrent uses never pass a limit', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256', limits: { invocationsMax: 40 } })
  const uses = Array.from({ length: 100 }, () =>
    world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] }).then(
      () => 1,
      () => 0,
    ),
  )
  const done = await Promise.all(uses)
  assert.equal(
    done.reduce<number>((sum, one) => sum + one, 0),
    40,
  )
})

test('while the log refuses, nothing is done and nothing changes', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'k', spec: 'aes-256' })
  world.log.fail()
  await assert.rejects(
    world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] }),
    refuses('log-unavailable'),
  )
  await assert.rejects(
    world.run(createKey, { name: 'other', spec: 'aes-256' }),
    refuses('log-unavailable'),
  )
  world.log.failure = undefined
  await assert.rejects(world.run(getKey, { key: 'other' }), refuses('not-found'))
  await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
})

test('a change whose record the log refused is told once the log is back, exactly once', async () => {
  const world = makeWorld()
  const append = world.log.append.bind(world.log)
  let refuse = true
  world.log.append = async (entry) => {
    if (!refuse) return append(entry)
    world.log.fail()
    throw world.log.failure
  }
  await assert.rejects(
    world.run(createKey, { name: 'k', spec: 'aes-256' }),
    refuses('log-unavailable'),
  )
  assert.equal(await world.keeper.tellPending(), 0)
  refuse = false
  world.log.failure = undefined
  const scheduler = new Scheduler(world.keeper, world.ports, rethrow)
  await scheduler.sweep()
  await scheduler.sweep()
  assert.deepEqual(
    world.log.events.map(({ action }) => action),
    ['key.create'],
  )
  assert.deepEqual(await world.store.pendingOutbox(), [])
  await world.run(getKey, { key: 'k' })
})

test('an idempotency key gives the first answer again, for the same request only', async () => {
  const world = makeWorld()
  const options = { idempotency: { key: 'once', requestHash: 'aa' } }
  const first = await world.run(createKey, { name: 'k', spec: 'aes-256' }, options)
  const again = await world.run(createKey, { name: 'k', spec: 'aes-256' }, options)
  assert.equal(again.key.id, first.key.id)
  const other = { idempotency: { key: 'once', requestHash: 'bb' } }
  await assert.rejects(
    world.run(createKey, { name: 'z', spec: 'aes-256' }, other),
    refuses('conflict'),
  )
  await assert.rejects(world.run(createKey, { name: 'k', spec: 'aes-256' }), refuses('conflict'))
})

test('a change computed from an old revision is refused; without one it is retried', async () => {
  const world = makeWorld()
  const { revision } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
  await world.run(updateKey, { key: 'k', owner: 'ops' }, { expectedRevision: revision })
  await assert.rejects(
    world.run(updateKey, { key: 'k', owner: 'me' }, { expectedRevision: revision }),
    refuses('precondition-failed'),
  )
  const rotations = Array.from({ length: 5 }, () => world.run(rotateKey, { key: 'k' }))
  await Promise.all(rotations)
  const { key } = await world.run(getKey, { key: 'k' })
  assert.deepEqual([key.currentVersion, key.lastVersion], [6, 6])
})

test('wrapping exports only what was made exportable, and an import takes it in again', async () => {
  const world = makeWorld()
  await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
  await world.run(createKey, { name: 'inner', spec: 'aes-256', exportable: true })
  await world.run(createKey, { name: 'fixed', spec: 'aes-256' })
  const ask = (target: string) =>
    world.data(wrap, { key: 'kek', items: [{ target, mechanism: 'aes-kwp' as const }] })
  await assert.rejects(ask('fixed'), refuses('not-exportable'))
  world.denied.add('key.export')
  await assert.rejects(ask('inner'), refuses('denied'))
  world.denied.clear()
  const { wrapped } = await ask('inner')
  const sealed = await world.data(encrypt, { key: 'inner', items: [{ plaintext: TEXT }] })
  const copy = await world.run(importKey, {
    name: 'copy',
    spec: 'aes-256',
    material: { format: 'raw', data: wrapped, wrapping: { key: 'kek', mechanism: 'aes-kwp' } },
  })
  assert.equal(copy.key.origin, 'imported')
  const read = await world.data(decrypt, { key: 'copy', items: [{ ...item(copy.key.id, sealed) }] })
  assert.deepEqual(new Uint8Array(read.plaintext), TEXT)
  const clear = await world.data(unwrap, {
    key: 'kek',
    items: [{ wrapped, mechanism: 'aes-kwp' as const }],
  })
  assert.equal(clear.material.length, 32)
})

test('data keys, macs and derivation', async () => {
  const world = makeWorld()
  const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const made = await world.data(generateDataKey, { key: 'k', items: [{ lengthBytes: 32 }] })
  const again = await world.data(decrypt, { key: 'k', items: [item(key.id, made)] })
  assert.deepEqual(new Uint8Array(again.plaintext), new Uint8Array(made.plaintext ?? []))
  const quiet = await world.data(generateDataKey, {
    key: 'k',
    items: [{ lengthBytes: 32, withoutPlaintext: true }],
  })
  assert.equal(quiet.plaintext, undefined)
  await world.run(createKey, { name: 'm', spec: 'hmac-sha256' })
  const tag = await world.data(mac, { key: 'm', items: [{ message: TEXT }] })
  assert.equal(
    (await world.data(verifyMac, { key: 'm', items: [{ message: TEXT, mac: tag.mac }] })).valid,
    true,
  )
  await world.run(createKey, { name: 'd', spec: 'kdk-256' })
  const one = await world.data(derive, { key: 'd', items: [{ lengthBytes: 16, context: TEXT }] })
  const two = await world.data(derive, { key: 'd', items: [{ lengthBytes: 16, context: TEXT }] })
  assert.deepEqual(one.derived, two.derived)
})

test('lists filter by state and name', async () => {
  const world = makeWorld()
  for (const name of ['a/one', 'a/two', 'b/one'])
    await world.run(createKey, { name, spec: 'aes-256' })
  await world.run(suspendKey, { key: 'a/two', reason: 'x' })
  const names = async (filters: Record<string, string>, namePrefix?: string) => {
    const { keys } = await world.run(listKeys, {
      filters,
      limit: 10,
      ...(namePrefix !== undefined && { namePrefix }),
    })
    return keys.map(({ key }) => key.name)
  }
  assert.deepEqual(await names({ state: 'active' }), ['a/one', 'b/one'])
  assert.deepEqual(await names({}, 'a/'), ['a/one', 'a/two'])
  assert.deepEqual(await names({ state: 'suspended', spec: 'aes-256' }), ['a/two'])
})

test('a session that has expired is refused, and nothing crosses tenants', async () => {
  const world = makeWorld()
  const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
  const late = { ...sessionOf('late'), expiresAt: T0 }
  await assert.rejects(
    world.keeper.execute(late, getKey, { key: 'k' }, REQUEST),
    refuses('unauthenticated'),
  )
  const stranger = { ...sessionOf('eve'), tenant: 'other' as typeof DEFAULT_TENANT }
  for (const ref of ['k', key.id]) {
    await assert.rejects(
      world.keeper.execute(stranger, getKey, { key: ref }, REQUEST),
      refuses('not-found'),
    )
  }
})

test('a public half is shown in base64 and is what the pair was checked with', async () => {
  const world = makeWorld()
  const { version } = await world.run(createKey, { name: 's', spec: 'ed25519' })
  assert.equal(decodeBase64(version.publicKey ?? '').length, 44)
})

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  activateKey,
  awaitedVersions,
  cancelDestroyKey,
  createKey,
  DAY_MS,
  decrypt,
  deleteMaterial,
  destroyKey,
  encrypt,
  getKey,
  type ImportedMaterial,
  importVersion,
  keyHistory,
  listKeys,
  mac,
  publicKey,
  resumeKey,
  rotateKey,
  Scheduler,
  sign,
  suspendKey,
  verify,
  verifyMac,
  wrap,
} from '@claviger/core'
import { makeWorld, refuses, T0, type World } from './world.ts'

const TEXT = encodeUtf8('attack at dawn')
const raw = (bytes: Uint8Array): ImportedMaterial => ({
  format: 'raw',
  data: new Uint8Array(bytes),
})
const awaiting = (spec: string) => ({ name: 'k', spec, material: 'awaited' as const })
const rethrow = (error: unknown): never => {
  throw error
}
const seal = (world: World) => world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
const sweep = (world: World) => new Scheduler(world.keeper, world.ports, rethrow).sweep()

async function imported(world: World, bytes: Uint8Array, materialUntil?: number) {
  await world.run(createKey, awaiting('aes-256'))
  return world.run(importVersion, {
    key: 'k',
    material: raw(bytes),
    ...(materialUntil !== undefined && { materialUntil }),
  })
}

describe('a key that awaits its material', () => {
  test('is shown and listed, and refuses every use and every change that needs material', async () => {
    const world = makeWorld()
    const { key, state } = await world.run(createKey, awaiting('aes-256'))
    assert.deepEqual([state, key.origin, key.currentVersion], ['pre-active', 'imported', 0])
    assert.deepEqual(awaitedVersions(key, T0), [1])
    const page = await world.run(listKeys, { filters: {}, limit: 10 })
    assert.equal(page.keys.length, 1)
    await assert.rejects(seal(world), refuses('wrong-state'))
    await assert.rejects(world.run(activateKey, { key: 'k' }), refuses('wrong-state'))
    await assert.rejects(world.run(rotateKey, { key: 'k' }), refuses('wrong-state'))
    await assert.rejects(world.run(rotateKey, { key: 'k', pending: true }), refuses('wrong-state'))
  })

  test('is destroyed, at once or later, and that can be taken back', async () => {
    const world = makeWorld()
    await world.run(createKey, awaiting('aes-256'))
    await world.run(destroyKey, { key: 'k', windowDays: 7 })
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(randomBytes(32)) }),
      refuses('wrong-state'),
    )
    await world.run(cancelDestroyKey, { key: 'k' })
    await world.run(resumeKey, { key: 'k' })
    await world.run(destroyKey, { key: 'k', windowDays: 7 })
    world.clock.set(T0 + 7 * DAY_MS)
    await sweep(world)
    const gone = await world.run(getKey, { key: 'k' })
    assert.equal(gone.state, 'destroyed')
    assert.deepEqual(awaitedVersions(gone.key, world.clock.now()), [])
  })

  test('becomes active with its first material, whatever the spec', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const der = { type: 'pkcs8', format: 'der' } as const
    for (const [spec, material] of [
      ['rsa-2048', { format: 'pkcs8' as const, data: rsa.privateKey.export(der) }],
      ['ec-p256', { format: 'pkcs8' as const, data: ec.privateKey.export(der) }],
    ] as const) {
      const world = makeWorld()
      await world.run(createKey, { ...awaiting(spec), purpose: 'sign' })
      await assert.rejects(world.run(publicKey, { key: 'k' }), refuses('wrong-state'))
      await world.run(importVersion, { key: 'k', material })
      const signed = await world.data(sign, { key: 'k', items: [{ message: TEXT, options: {} }] })
      const checked = await world.data(verify, {
        key: 'k',
        items: [{ ...signed, message: TEXT, options: {} }],
      })
      assert.equal(checked.valid, true)
      await world.run(deleteMaterial, { key: 'k' })
      // Both halves wait: nobody is told apart by the half that is still known.
      await assert.rejects(
        world.data(verify, { key: 'k', items: [{ ...signed, message: TEXT, options: {} }] }),
        refuses('wrong-state'),
      )
    }
    const world = makeWorld()
    await world.run(createKey, awaiting('hmac-sha256'))
    await world.run(importVersion, { key: 'k', material: raw(randomBytes(32)) })
    const tag = await world.data(mac, { key: 'k', items: [{ message: TEXT }] })
    const checked = await world.data(verifyMac, { key: 'k', items: [{ ...tag, message: TEXT }] })
    assert.equal(checked.valid, true)
  })

  test('stays pre-active where the import says so, and takes only material of its spec', async () => {
    const world = makeWorld()
    await world.run(createKey, awaiting('aes-256'))
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(randomBytes(16)) }),
      refuses('invalid-input'),
    )
    const material = raw(randomBytes(32))
    const { state } = await world.run(importVersion, { key: 'k', material, activate: false })
    assert.equal(state, 'pre-active')
    await world.run(activateKey, { key: 'k' })
    await seal(world)
  })

  test('takes material that a key of the keeper wraps', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
    await world.run(createKey, awaiting('aes-256'))
    const material = randomBytes(32)
    const { wrapped } = await world.data(wrap, { key: 'kek', items: [{ material }] })
    await world.run(importVersion, {
      key: 'k',
      material: { format: 'raw', data: wrapped, wrapping: { key: 'kek' } },
    })
    await seal(world)
    const details = world.log.events.at(-2)?.['details'] as { used?: readonly string[] }
    assert.match(details.used?.[0] ?? '', /^key\.unwrap /)
  })
})

describe('imported material', () => {
  test('is deleted and brought back: what it protected opens again, and no other is taken', async () => {
    const world = makeWorld()
    const bytes = randomBytes(32)
    const { key, version } = await imported(world, bytes)
    const sealed = await seal(world)
    const deleted = await world.run(deleteMaterial, { key: 'k' })
    assert.equal(deleted.version.hasMaterial, false)
    assert.deepEqual(awaitedVersions(deleted.key, T0), [1])
    assert.equal(world.custody.openCount, 0)
    await assert.rejects(seal(world), refuses('wrong-state'))
    const open = { key: 'k', items: [{ key: key.id, ...sealed }], acknowledgeRisk: true }
    await assert.rejects(world.data(decrypt, open), refuses('wrong-state'))
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(randomBytes(32)) }),
      refuses('wrong-material'),
    )
    const back = await world.run(importVersion, { key: 'k', material: raw(bytes) })
    assert.deepEqual(
      [back.version.materialId, back.version.generation, back.key.materialUntil],
      [version.materialId, version.generation + 1, undefined],
    )
    const { plaintext } = await world.data(decrypt, open)
    assert.deepEqual(new Uint8Array(plaintext), TEXT)
  })

  test('is of no use from its date on, whether or not the scheduler has come round', async () => {
    const world = makeWorld()
    const bytes = randomBytes(32)
    await imported(world, bytes, T0 + DAY_MS)
    await seal(world)
    world.clock.set(T0 + DAY_MS - 1)
    await seal(world)
    world.clock.set(T0 + DAY_MS)
    await assert.rejects(seal(world), refuses('wrong-state'))
    const before = await world.store.get(
      'key-version',
      world.session.tenant,
      await versionId(world),
    )
    assert.notEqual(before?.value.material, undefined)
    assert.equal(await sweep(world), 1)
    const after = await world.store.get('key-version', world.session.tenant, await versionId(world))
    assert.equal(after?.value.material, undefined)
    assert.equal(after?.value.state, 'active')
    assert.equal(await sweep(world), 0)
    await world.run(importVersion, { key: 'k', material: raw(bytes) })
    await seal(world)
  })

  test('gets another date by being brought again while it is there', async () => {
    const world = makeWorld()
    const bytes = randomBytes(32)
    await imported(world, bytes, T0 + DAY_MS)
    await world.run(importVersion, {
      key: 'k',
      material: raw(bytes),
      materialUntil: T0 + 9 * DAY_MS,
    })
    world.clock.set(T0 + 2 * DAY_MS)
    assert.equal(await sweep(world), 0)
    await seal(world)
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(bytes), materialUntil: T0 }),
      refuses('invalid-input'),
    )
  })

  test('of a key suspended or of a period that is over comes and goes without touching its state', async () => {
    const world = makeWorld()
    const bytes = randomBytes(32)
    await imported(world, bytes)
    await world.run(suspendKey, { key: 'k', reason: 'audit' })
    await world.run(deleteMaterial, { key: 'k' })
    const back = await world.run(importVersion, { key: 'k', material: raw(bytes) })
    assert.equal(back.state, 'suspended')
    await world.run(resumeKey, { key: 'k' })
    await seal(world)
  })

  test('belongs to keys that are imported, and not to a destroyed version', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'own', spec: 'aes-256' })
    const material = raw(randomBytes(32))
    await assert.rejects(world.run(importVersion, { key: 'own', material }), refuses('unsupported'))
    await assert.rejects(world.run(deleteMaterial, { key: 'own' }), refuses('unsupported'))
    const bytes = randomBytes(32)
    await imported(world, bytes)
    await world.run(destroyKey, { key: 'k', windowDays: 0, version: 1 })
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(bytes) }),
      refuses('wrong-state'),
    )
  })
})

describe('further material', () => {
  test('is pending until a rotation puts it in force', async () => {
    const world = makeWorld()
    const [one, two] = [randomBytes(32), randomBytes(32)]
    const { key } = await imported(world, one)
    const old = await seal(world)
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(one), pending: true }),
      refuses('conflict'),
    )
    const pending = await world.run(importVersion, { key: 'k', material: raw(two), pending: true })
    assert.deepEqual(
      [pending.key.currentVersion, pending.key.lastVersion, pending.key.pendingVersion],
      [1, 2, 2],
    )
    assert.equal((await seal(world)).version, 1)
    const more = { key: 'k', material: raw(randomBytes(32)), pending: true }
    await assert.rejects(world.run(importVersion, more), refuses('wrong-state'))
    await assert.rejects(world.run(rotateKey, { key: 'k' }), refuses('wrong-state'))
    await assert.rejects(world.run(activateKey, { key: 'k', version: 2 }), refuses('wrong-state'))
    const rotated = await world.run(rotateKey, { key: 'k', pending: true })
    assert.deepEqual([rotated.key.currentVersion, rotated.key.pendingVersion], [2, undefined])
    assert.equal((await seal(world)).version, 2)
    await world.data(decrypt, { key: 'k', items: [{ key: key.id, ...old }] })
    const { versions } = await world.run(keyHistory, { key: 'k' })
    assert.deepEqual(
      versions.map(({ cause, state }) => [cause, state]),
      [
        ['imported', 'deactivated'],
        ['requested', 'active'],
      ],
    )
  })

  test('is deleted and brought version by version', async () => {
    const world = makeWorld()
    const [one, two] = [randomBytes(32), randomBytes(32)]
    const { key } = await imported(world, one)
    const old = await seal(world)
    await world.run(importVersion, { key: 'k', material: raw(two), pending: true })
    await world.run(deleteMaterial, { key: 'k', version: 2 })
    await assert.rejects(world.run(rotateKey, { key: 'k', pending: true }), refuses('wrong-state'))
    await world.run(importVersion, { key: 'k', material: raw(two) })
    await world.run(rotateKey, { key: 'k', pending: true })
    const without = await world.run(deleteMaterial, { key: 'k', version: 1 })
    assert.deepEqual(awaitedVersions(without.key, T0), [1])
    assert.equal((await seal(world)).version, 2)
    const open = { key: 'k', items: [{ key: key.id, ...old }] }
    await assert.rejects(world.data(decrypt, open), refuses('wrong-state'))
    await assert.rejects(
      world.run(importVersion, { key: 'k', material: raw(one), version: 2 }),
      refuses('wrong-material'),
    )
    await world.run(importVersion, { key: 'k', material: raw(one), version: 1 })
    await world.data(decrypt, open)
    await world.run(deleteMaterial, { key: 'k' })
    const { key: both } = await world.run(getKey, { key: 'k' })
    assert.deepEqual(awaitedVersions(both, T0), [1, 2])
  })

  test('that is pending can be destroyed, and other material takes its turn', async () => {
    const world = makeWorld()
    await imported(world, randomBytes(32))
    await world.run(importVersion, { key: 'k', material: raw(randomBytes(32)), pending: true })
    const { key } = await world.run(destroyKey, { key: 'k', windowDays: 0, version: 2 })
    assert.equal(key.pendingVersion, undefined)
    await world.run(importVersion, { key: 'k', material: raw(randomBytes(32)), pending: true })
    const rotated = await world.run(rotateKey, { key: 'k', pending: true })
    assert.equal(rotated.key.currentVersion, 3)
  })
})

async function versionId(world: World): Promise<string> {
  const { key } = await world.run(getKey, { key: 'k' })
  return `${key.id}/1`
}

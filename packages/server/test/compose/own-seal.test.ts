import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { exceptionOf } from '../../src/protocols/aws-kms/exception.ts'
import { xksErrorOf } from '../../src/protocols/aws-kms/xks/xks-error.ts'
import { type House, refuses, REQUEST, secretOf, TenantWorld } from './tenant-world.ts'

const PASSPHRASE = 'seven houses by the river'
const OTHER = 'eight houses on the mountain'
const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

/** A tenant with a seal of its own, and a key. */
async function sealedHouse(name: string): Promise<House> {
  const made = await world.house(name)
  await world.run(made.dev, core.createKey, { name: 'k', spec: 'aes-256' })
  await world.protect(made, PASSPHRASE)
  return made
}

test('a tenant of its own seal is sealed by a start of the keeper, and opened by its people alone', async () => {
  const own = await sealedHouse('own')
  const neighbour = await world.house('neighbour')
  await world.run(neighbour.dev, core.createKey, { name: 'k', spec: 'aes-256' })
  const { iv, ciphertext, version, mechanism } = await world.encrypt(own.dev, 'k')
  await world.reopen()
  await assert.rejects(world.encrypt(own.dev, 'k'), refuses('tenant-sealed'))
  await assert.rejects(world.run(own.dev, core.getKey, { key: 'k' }), refuses('tenant-sealed'))
  await assert.rejects(
    world.run(own.administrator, core.listPrincipals, { limit: 10 }),
    refuses('tenant-sealed'),
  )
  await world.encrypt(neighbour.dev, 'k')
  const told = await world.run(world.operator, core.getTenant, { tenant: 'own' })
  assert.equal(told.ownSeal, 'sealed')

  await assert.rejects(world.unseal(own, OTHER), refuses('authentication-failed'))
  await assert.rejects(
    world.run(own.dev, core.unsealTenant, { passphrase: secretOf(PASSPHRASE) }),
    refuses('denied'),
  )
  assert.deepEqual(await world.unseal(own, PASSPHRASE), { sealed: false, generation: 1 })
  const { key } = await world.run(own.dev, core.getKey, { key: 'k' })
  const items = [{ key: key.id, iv, ciphertext, version, mechanism }]
  const session = await world.session(own.dev)
  const call = { key: 'k', items }
  const { results } = await world.keeper.keeper.executeData(session, core.decrypt, call, REQUEST)
  assert.ok(results[0]?.ok)
})

test('sealing wipes the keys that were open, refuses until the passphrase comes, and touches nobody else', async () => {
  const own = await sealedHouse('closing')
  const other = await world.house('standing')
  await world.run(other.dev, core.createKey, { name: 'k', spec: 'aes-256' })
  const signer = await world.run(own.administrator, core.createToken, {
    principal: 'dev',
    lifetimeSeconds: 600,
    sharedSecret: 'lasting',
  })
  const identifier = signer.token.identifier ?? ''
  const { authenticator, custody } = world.keeper
  const login = await authenticator.bySharedSecret(identifier)
  for (const { dev } of [own, other]) await world.encrypt(dev, 'k')
  const open = custody.openCount
  const lockedBytes = (): number => world.keeper.gauges()['locked_memory_bytes'] ?? 0
  const locked = lockedBytes()
  const ended = await world.session(own.dev)
  assert.deepEqual(await world.run(own.administrator, core.sealTenant, {}), {
    sealed: true,
    generation: 1,
  })
  assert.equal(custody.openCount, open - 1)
  // The key, and two KEKs: that of its beginning, and that of its seal.
  assert.equal(locked - lockedBytes(), 3 * 32)
  assert.equal(login.secret.isWiped, true)
  assert.equal(authenticator.isCurrent(ended), false)
  await assert.rejects(
    async () => authenticator.bySharedSecret(identifier),
    refuses('tenant-sealed'),
  )
  await assert.rejects(world.encrypt(own.dev, 'k'), refuses('tenant-sealed'))
  await world.encrypt(other.dev, 'k')
  // Again is harmless, and no other tenant's people have a say.
  await world.run(own.administrator, core.sealTenant, {})
  await assert.rejects(world.unseal(other, PASSPHRASE), refuses('conflict'))
  await world.unseal(own, PASSPHRASE)
  await world.encrypt(own.dev, 'k')
  await authenticator.bySharedSecret(identifier)
})

test('the root key is rotated under a sealed tenant, which its passphrase then opens', async () => {
  const own = await sealedHouse('rotated')
  await world.run(own.administrator, core.sealTenant, {})
  const { seal } = world.keeper.ports
  const { rootGeneration } = seal.status()
  const rotated = await world.run(world.operator, core.rotateRoot, { authorization: [] })
  assert.deepEqual([rotated.rootGeneration, rotated.rotating], [rootGeneration + 1, false])
  await assert.rejects(world.encrypt(own.dev, 'k'), refuses('tenant-sealed'))
  await world.unseal(own, PASSPHRASE)
  await world.encrypt(own.dev, 'k')
  await world.reopen()
  await assert.rejects(world.encrypt(own.dev, 'k'), refuses('tenant-sealed'))
  await world.unseal(own, PASSPHRASE)
  await world.encrypt(own.dev, 'k')
})

test('the passphrase is changed by whoever knows the present one, and the old one opens nothing then', async () => {
  const own = await sealedHouse('changing')
  await assert.rejects(world.protect(own, OTHER), refuses('precondition-failed'))
  await assert.rejects(
    world.protect(own, OTHER, 'not this one either'),
    refuses('authentication-failed'),
  )
  await assert.rejects(world.protect(own, 'too short', PASSPHRASE), refuses('invalid-input'))
  assert.deepEqual(await world.protect(own, OTHER, PASSPHRASE), { sealed: false, generation: 2 })
  await world.encrypt(own.dev, 'k')
  await world.reopen()
  await assert.rejects(world.unseal(own, PASSPHRASE), refuses('authentication-failed'))
  await assert.rejects(world.protect(own, PASSPHRASE, OTHER), refuses('tenant-sealed'))
  await world.unseal(own, OTHER)
  await world.encrypt(own.dev, 'k')
})

test('whoever gives wrong passphrases has to wait, and nobody else of the tenant', async () => {
  const own = await sealedHouse('guessed')
  await world.run(own.administrator, core.createPrincipal, {
    name: 'second',
    kind: 'person',
    roles: ['administrator'],
  })
  const { secret } = await world.run(own.administrator, core.createToken, {
    principal: 'second',
    lifetimeSeconds: 600,
  })
  await world.run(own.administrator, core.sealTenant, {})
  for (let guess = 0; guess < 5; guess++) {
    await assert.rejects(world.unseal(own, `${OTHER} ${guess}`), refuses('authentication-failed'))
  }
  await assert.rejects(world.unseal(own, PASSPHRASE), refuses('rate-limited'))
  await world.unseal({ ...own, administrator: secret }, PASSPHRASE)
  world.aheadMs += 2_000
  await world.unseal(own, PASSPHRASE)
})

test('a policy lets a program unseal, by a token that does nothing else', async () => {
  const own = await sealedHouse('started')
  const { administrator } = own
  await world.run(administrator, core.createPrincipal, {
    name: 'opener',
    kind: 'workload',
    roles: [],
  })
  await world.run(administrator, core.putPolicy, {
    name: 'opener',
    text: `permit (principal, action in [Action::"tenant.unseal", Action::"tenant.seal"], resource)
      when { principal.name == "opener" };`,
  })
  const { secret } = await world.run(administrator, core.createToken, {
    principal: 'opener',
    lifetimeSeconds: 600,
    scope: { actions: ['tenant.unseal'] },
  })
  await world.reopen()
  const opener = { ...own, administrator: secret }
  await assert.rejects(world.run(secret, core.sealTenant, {}), refuses('denied'))
  assert.equal((await world.unseal(opener, PASSPHRASE)).sealed, false)
  await world.encrypt(own.dev, 'k')
})

test("a sealed tenant's dates wait for its people, and keep nobody else's waiting", async () => {
  const own = await sealedHouse('waiting')
  const other = await world.house('running')
  for (const { dev } of [own, other]) {
    await world.run(dev, core.createKey, { name: 'doomed', spec: 'aes-256' })
    await world.run(dev, core.destroyKey, { key: 'doomed', windowDays: 7, reason: 'over' })
  }
  await world.run(own.administrator, core.sealTenant, {})
  const { keeper, ports } = world.keeper
  world.aheadMs += 8 * core.DAY_MS
  const faults: unknown[] = []
  const scheduler = new core.Scheduler(keeper, ports, (error) => faults.push(error))
  const state = async ({ tenant }: House) =>
    (await ports.store.getByName('key', tenant, 'doomed'))?.value.state
  await scheduler.sweep()
  assert.deepEqual([await state(own), await state(other)], ['suspended', 'destroyed'])
  assert.deepEqual(faults, [])
  assert.equal(ports.tenants.isSealed(own.tenant), true)
})

test('AWS KMS and external key stores are told that the key is not to be had now', () => {
  const error = core.tenantSealed()
  const { type, status } = exceptionOf(error, () => assert.fail('it is foreseen'))
  assert.deepEqual([type, status], ['KeyUnavailableException', 503])
  assert.equal(xksErrorOf(error).errorName, 'InternalException')
})

test("the first tenant's seal is the keeper's, and a tenant without one of its own has none to close", async () => {
  const input = { passphrase: secretOf(PASSPHRASE) }
  await assert.rejects(
    world.run(world.operator, core.protectTenant, input),
    refuses('precondition-failed'),
  )
  const plain = await world.house('plain')
  await assert.rejects(world.run(plain.administrator, core.sealTenant, {}), refuses('conflict'))
  await assert.rejects(world.run(plain.dev, core.protectTenant, input), refuses('denied'))
  const told = await world.run(world.operator, core.getTenant, { tenant: 'plain' })
  assert.equal(told.ownSeal, undefined)
})

test('what was put under an older KEK while the seal was begun is opened still', async () => {
  const own = await world.house('racing')
  const keys = Array.from({ length: 8 }, (_, index) => `k${index}`)
  const protecting = world.protect(own, PASSPHRASE)
  const made = keys.map((name) => world.run(own.dev, core.createKey, { name, spec: 'aes-256' }))
  await Promise.allSettled([protecting, ...made])
  await world.reopen()
  await world.unseal(own, PASSPHRASE)
  const { keys: listed } = await world.run(own.dev, core.listKeys, { filters: {}, limit: 20 })
  for (const { key } of listed) await world.encrypt(own.dev, key.name)
})

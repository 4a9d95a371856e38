import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { type House, refuses, REQUEST, TenantWorld } from './tenant-world.ts'

const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

const bound = (tenant: string, quota: core.TenantQuota) =>
  world.run(world.operator, core.setTenantQuota, { tenant, quota })
const create = ({ dev }: House, name: string) =>
  world.run(dev, core.createKey, { name, spec: 'aes-256' })
const rotate = ({ dev }: House, key: string) => world.run(dev, core.rotateKey, { key })
const usage = async ({ administrator }: House) =>
  (await world.run(administrator, core.ownUsage, {})).usage

test('of many who want the last places of a quota at once, as many get one as there are', async () => {
  const [few, many] = [await world.house('few'), await world.house('many')]
  await create(few, 'first')
  await bound('few', { keys: 4 })
  const names = Array.from({ length: 12 }, (_, index) => `k${index}`)
  const ended = await Promise.allSettled(names.map((name) => create(few, name)))
  assert.equal(ended.filter(({ status }) => status === 'fulfilled').length, 3)
  for (const one of ended) {
    if (one.status === 'rejected') assert.ok(refuses('quota-exceeded')(one.reason), one.reason)
  }
  assert.equal((await usage(few)).keys, 4)
  for (const name of names) await create(many, name)
  // Neither a restart nor a trial finds another place.
  await world.reopen()
  await assert.rejects(create(few, 'late'), refuses('quota-exceeded'))
  const session = await world.session(few.dev)
  const input = { name: 'tried', spec: 'aes-256' } as const
  await assert.rejects(
    world.keeper.keeper.execute(session, core.createKey, input, REQUEST, { dryRun: true }),
    refuses('quota-exceeded'),
  )
  await bound('few', {})
  await create(few, 'late')
})

test('what is destroyed makes room', async () => {
  const house = await world.house('roomy')
  await bound('roomy', { keys: 1, versions: 2 })
  await create(house, 'k')
  await rotate(house, 'k')
  await assert.rejects(rotate(house, 'k'), (error: unknown) => {
    assert.ok(core.isKeeperError(error))
    assert.deepEqual(error.details, { quota: 'versions', limit: 2, has: 2 })
    return error.code === 'quota-exceeded'
  })
  await assert.rejects(create(house, 'other'), refuses('quota-exceeded'))
  await world.run(house.dev, core.revokeKey, { key: 'k', reason: 'cessation-of-operation' })
  await world.run(house.dev, core.destroyKey, { key: 'k', windowDays: 0, reason: 'over' })
  assert.deepEqual(await usage(house).then(({ keys, versions }) => [keys, versions]), [0, 0])
  await create(house, 'other')
  await rotate(house, 'other')
  await assert.rejects(rotate(house, 'other'), refuses('quota-exceeded'))
})

test('a rotation that a date demands is counted, and not refused', async () => {
  const house = await world.house('dated')
  await create(house, 'k')
  await world.run(house.dev, core.setRotation, { key: 'k', periodDays: 1 })
  await bound('dated', { versions: 1 })
  world.aheadMs += 2 * core.DAY_MS
  const { keeper, ports } = world.keeper
  const scheduler = new core.Scheduler(keeper, ports, (error) => assert.fail(String(error)))
  await scheduler.sweep()
  world.aheadMs -= 2 * core.DAY_MS
  assert.equal((await usage(house)).versions, 2)
  await assert.rejects(rotate(house, 'k'), refuses('quota-exceeded'))
})

test('requests that wait for approval have a quota of all the people of a tenant', async () => {
  const house = await world.house('asking')
  const { administrator: token } = house
  await create(house, 'k')
  const member = async (name: string): Promise<void> => {
    await world.run(token, core.createPrincipal, { name, kind: 'person', roles: ['approver'] })
  }
  for (const name of ['ann', 'bea']) await member(name)
  await world.run(token, core.createGroup, {
    name: 'g',
    members: [{ principal: 'ann' }, { principal: 'bea' }],
  })
  await world.run(token, core.createQuorum, {
    name: 'q',
    actions: ['key.destroy'],
    approvals: 1,
    group: 'g',
  })
  await bound('asking', { approvals: 1 })
  await create(house, 'l')
  const destroy = (key: string) =>
    world.run(house.dev, core.destroyKey, { key, windowDays: 7, reason: 'over' })
  const asked = await Promise.allSettled(['k', 'l'].map(destroy))
  const codes = asked.map(
    (one) => one.status === 'rejected' && (one.reason as core.KeeperError).code,
  )
  assert.deepEqual(new Set(codes), new Set(['approval-pending', 'quota-exceeded']))
  assert.equal((await usage(house)).approvals, 1)
})

test('more requests in a second than a tenant may make are refused, and do not fill the log', async () => {
  const [busy, calm] = [await world.house('busy'), await world.house('calm')]
  for (const one of [busy, calm]) await create(one, 'k')
  await bound('busy', { requestsPerSecond: 3 })
  world.stoppedAt = Date.now()
  const before = await usage(calm)
  for (let call = 0; call < 3; call++) await world.encrypt(busy.dev, 'k')
  const told = world.keeper.log.size
  for (let call = 0; call < 20; call++) {
    await assert.rejects(world.encrypt(busy.dev, 'k'), (error: unknown) => {
      assert.ok(core.isKeeperError(error) && error.code === 'rate-limited')
      assert.equal(error.details['retryAfterSeconds'], 1)
      return true
    })
  }
  assert.equal(world.keeper.log.size - told, 1)
  await assert.rejects(world.run(busy.dev, core.getKey, { key: 'k' }), refuses('rate-limited'))
  await world.encrypt(calm.dev, 'k')
  world.stoppedAt += 1_000
  for (let call = 0; call < 3; call++) await world.encrypt(busy.dev, 'k')
  await assert.rejects(world.encrypt(busy.dev, 'k'), refuses('rate-limited'))
  const { usage: figures } = await world.run(world.operator, core.tenantUsage, { tenant: 'busy' })
  assert.equal(figures.refused, 22)
  assert.deepEqual((await usage(calm)).requests - before.requests, 2)
  world.stoppedAt = undefined
})

test('quotas are for operators of the keeper, who see figures of all; others see their own', async () => {
  const [own, other] = [await world.house('curious'), await world.house('private')]
  const mine = await world.run(own.administrator, core.ownUsage, {})
  assert.deepEqual([mine.name, mine.quota], ['curious', {}])
  for (const attempt of [
    world.run(own.administrator, core.tenantUsage, { tenant: 'private' }),
    world.run(own.administrator, core.setTenantQuota, { tenant: 'curious', quota: {} }),
    world.run(other.dev, core.ownUsage, {}),
  ]) {
    await assert.rejects(attempt, refuses('denied'))
  }
  await assert.rejects(bound('default', { keys: 1 }), refuses('precondition-failed'))
  await assert.rejects(bound('private', { requestsPerSecond: 0 }), refuses('invalid-input'))
  await assert.rejects(bound('private', { keys: 0.5 }), refuses('invalid-input'))
})

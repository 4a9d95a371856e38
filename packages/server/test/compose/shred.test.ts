import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { bindingsOf, counted, everyText, openAll, rootKeys, rowsOf } from './root-attack.ts'
import { furnish, type House, refuses, REQUEST, TenantWorld } from './tenant-world.ts'

const PASSPHRASE = 'seven houses by the river'
const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

const suspend = (tenant: string) => world.run(world.operator, core.suspendTenant, { tenant })
const shred = (tenant: string, confirm = tenant, at = world) =>
  at.run(at.operator, core.shredTenant, { tenant, confirm })

/** What is on the disk now, of a keeper that runs. */
function snapshot(name: string): string {
  const copy = `${world.folder}-${name}`
  cpSync(world.folder, copy, { recursive: true })
  after(() => rmSync(copy, { recursive: true, force: true }))
  return copy
}

/** Everything that is left of a tenant in the files of a keeper, and what of it opens. */
function leftOf(folder: string, { tenant }: House, bindings: ReturnType<typeof bindingsOf>) {
  const data = join(folder, 'data')
  const own = bindings.filter((binding) => 'tenant' in binding && binding.tenant === tenant)
  const opened = openAll(everyText(data), own, rootKeys(data))
  return {
    opened: counted(opened, tenant),
    rows: rowsOf(data).filter((row) => row.tenant === tenant || row.id.includes(tenant)),
  }
}

function isAnywhere(folder: string, text: string): boolean {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text),
  )
}

test('of a shredded tenant nothing opens, nothing is left but a stone, and its neighbour is whole', async () => {
  const [gone, neighbour] = [await world.house('gone'), await world.house('neighbour')]
  const houses = [gone, neighbour]
  for (const one of houses) await furnish(world, one, 'things')
  const was = join(snapshot('before'), 'data')
  const bindings = bindingsOf(rowsOf(was))
  const whole = { 'tenant-kek': 1, 'integrity-key': 1, material: 2, content: 2 }
  for (const one of houses) {
    assert.deepEqual(leftOf(join(was, '..'), one, bindings).opened, whole)
  }
  await suspend('gone')
  const told = await shred('gone')
  assert.equal(told.state, 'shredded')
  assert.deepEqual(await world.run(world.operator, core.getTenant, { tenant: 'gone' }), told)

  const now = snapshot('after')
  const { opened, rows } = leftOf(now, gone, bindings)
  assert.deepEqual(opened, {})
  assert.deepEqual(
    rows.map(({ kind, tenant }) => [kind, tenant]),
    [['tenant', 'system']],
  )
  assert.deepEqual(leftOf(now, neighbour, bindings).opened, whole)
  // Not on a free page either.
  const wrapped = rowsOf(was)
    .filter(({ tenant, id }) => tenant === gone.tenant || id === gone.tenant)
    .flatMap(({ value }) => JSON.stringify(value).match(/0Q[A-Za-z0-9_-]{58,}/g) ?? [])
  assert.equal(wrapped.length, 6)
  for (const text of wrapped) assert.equal(isAnywhere(join(now, 'data'), text), false)
  await world.run(neighbour.dev, core.getKey, { key: 'things-aes-256' })
})

test('a tenant under a seal of its own is shredded without its passphrase', async () => {
  const own = await world.house('owned')
  await furnish(world, own, 'things')
  await world.protect(own, PASSPHRASE)
  await world.run(own.administrator, core.sealTenant, {})
  const bindings = bindingsOf(rowsOf(join(world.folder, 'data')))
  await suspend('owned')
  await shred('owned')
  assert.deepEqual(leftOf(snapshot('owned'), own, bindings).opened, {})
})

test('neither the name nor the id is ever used again, and nothing more is done to it', async () => {
  const gone = await world.house('once')
  await suspend('once')
  await shred('once')
  await assert.rejects(
    world.run(world.operator, core.createTenant, { name: 'once' }),
    refuses('conflict'),
  )
  for (const attempt of [
    world.run(world.operator, core.resumeTenant, { tenant: 'once' }),
    suspend(gone.tenant),
    world.run(world.operator, core.setTenantQuota, { tenant: 'once', quota: { keys: 1 } }),
  ]) {
    await assert.rejects(attempt, refuses('wrong-state'))
  }
  await assert.rejects(world.session(gone.administrator), refuses('unauthenticated'))
  // Once more is harmless; a rotation of the root and a restart pass it over.
  const again = await shred('once')
  await world.run(world.operator, core.rotateRoot, { authorization: [] })
  await world.reopen()
  assert.deepEqual(await world.run(world.operator, core.getTenant, { tenant: 'once' }), again)
  const { keeper, ports } = world.keeper
  const scheduler = new core.Scheduler(keeper, ports, (error) => assert.fail(String(error)))
  await scheduler.sweep()
})

test('it takes an operator, a tenant that is suspended, and its name', async () => {
  const house = await world.house('kept')
  await assert.rejects(shred('kept'), refuses('wrong-state'))
  await suspend('kept')
  await assert.rejects(shred('kept', 'Kept'), refuses('invalid-input'))
  await assert.rejects(shred(house.tenant, house.tenant), refuses('invalid-input'))
  await assert.rejects(shred('default'), refuses('precondition-failed'))
  await assert.rejects(shred('system'), refuses('not-found'))
  const other = await world.house('other')
  await assert.rejects(
    world.run(other.administrator, core.shredTenant, { tenant: 'kept', confirm: 'kept' }),
    refuses('denied'),
  )
  const session = await world.session(world.operator)
  const input = { tenant: 'kept', confirm: 'kept' }
  await assert.rejects(
    world.keeper.keeper.execute(session, core.shredTenant, input, REQUEST, { dryRun: true }),
    refuses('dry-run'),
  )
  await world.run(world.operator, core.resumeTenant, { tenant: 'kept' })
  await world.run(house.dev, core.createKey, { name: 'k', spec: 'aes-256' })
})

/** Steps of a shredding that a crash may fall on, counted from the commit that destroys the KEKs. */
for (const step of [1, 2, 5, 12]) {
  test(`a crash at step ${step} leaves a tenant that does not open, and that the next start shreds to its end`, async () => {
    const name = `crashed-${step}`
    const gone = await world.house(name)
    await furnish(world, gone, 'things')
    await suspend(name)
    const bindings = bindingsOf(rowsOf(join(world.folder, 'data')))
    const { store } = world.keeper
    const [commit, scrub] = [store.commit.bind(store), store.scrub.bind(store)]
    let steps = -1
    let copy = ''
    const count = (): void => {
      if (++steps !== step) return
      copy = snapshot(name)
      throw new core.KeeperError('store-unavailable', 'the machine has stopped here')
    }
    store.commit = async (work) => {
      count()
      await commit(work)
    }
    store.scrub = async () => {
      count()
      await scrub()
    }
    await assert.rejects(shred(name), refuses('store-unavailable'))
    store.commit = commit
    store.scrub = scrub

    const next = new TenantWorld(copy)
    await next.open()
    const told = await next.run(next.operator, core.getTenant, { tenant: name })
    assert.equal(told.state, 'shredded')
    await next.keeper.close()
    const { opened, rows } = leftOf(copy, gone, bindings)
    assert.deepEqual(opened, {})
    assert.equal(rows.length, 1)
    // And where the keeper went on, an operator does.
    assert.equal((await shred(name)).state, 'shredded')
  })
}

test('a crash before the old wrapping was overwritten leaves it to the next start', async () => {
  const own = await world.house('half')
  await furnish(world, own, 'things')
  const { store } = world.keeper
  const scrub = store.scrub.bind(store)
  let copy = ''
  store.scrub = async () => {
    copy = snapshot('half')
    throw new core.KeeperError('store-unavailable', 'the machine has stopped here')
  }
  await assert.rejects(world.protect(own, PASSPHRASE), refuses('store-unavailable'))
  store.scrub = scrub
  const bindings = bindingsOf(rowsOf(join(copy, 'data')))
  assert.equal(leftOf(copy, own, bindings).opened['material'], 2)
  const next = new TenantWorld(copy)
  await next.open()
  await assert.rejects(
    next.run(own.dev, core.getKey, { key: 'things-aes-256' }),
    refuses('tenant-sealed'),
  )
  assert.deepEqual(leftOf(copy, own, bindings).opened, { 'tenant-kek': 2, 'integrity-key': 1 })
  await next.unseal(own, PASSPHRASE)
  await next.encrypt(own.dev, 'things-aes-256')
  await next.keeper.close()
})

test('where a quorum guards it, it waits for those who have to agree', async () => {
  const house = await world.house('guarded')
  await suspend('guarded')
  const { operator } = world
  for (const name of ['ann', 'bea']) {
    await world.run(operator, core.createPrincipal, { name, kind: 'person', roles: ['approver'] })
  }
  const members = [{ principal: 'ann' }, { principal: 'bea' }]
  await world.run(operator, core.createGroup, { name: 'board', members })
  const made = await world.run(operator, core.installGuards, {
    group: 'board',
    approvals: 2,
    guards: ['destruction'],
  })
  assert.ok(made.quorums[0]?.quorum.actions.includes('tenant.shred'))
  await assert.rejects(shred('guarded'), refuses('approval-pending'))
  await world.run(operator, core.resumeTenant, { tenant: 'guarded' })
  await world.run(house.dev, core.createKey, { name: 'k', spec: 'aes-256' })
})

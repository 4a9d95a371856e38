import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as core from '@claviger/core'
import { DEFAULT_TENANT } from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { makeQuorumWorld, type QuorumWorld, refusal } from './quorum-world.ts'

const members = (...names: readonly string[]) => names.map((principal) => ({ principal }))

function openWorld(): QuorumWorld {
  const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
  authorizer.setPolicies(DEFAULT_TENANT, [])
  return makeQuorumWorld(new MemoryStore(), authorizer)
}

/** `rule name`, sorted; what is unguarded is asked for by itself. */
async function found({ as, admin }: QuorumWorld, unguarded = false): Promise<string[]> {
  const { findings } = await as(admin, core.reportDuties, {})
  return findings
    .filter(({ rule }) => (rule === 'unguarded') === unguarded)
    .map(({ rule, name }) => `${rule} ${name}`)
    .sort()
}

/** As it may have been before there were rules, or by an edit of the store. */
async function edit(
  { store }: QuorumWorld,
  name: string,
  change: Partial<core.Principal>,
): Promise<void> {
  const stored = await store.getByName('principal', DEFAULT_TENANT, name)
  assert.ok(stored)
  const { tenant, id, revision: expected } = stored
  const value = { ...stored.value, ...change }
  await store.commit({ puts: [{ kind: 'principal', tenant, id, value, expected }] })
}

test('each duty that is not kept apart is found, with the token that lives by it', async () => {
  const world = openWorld()
  const { as, admin } = world
  const eve = await world.person('eve', ['officer'])
  await world.person('dev', ['officer', 'user'])
  assert.deepEqual(await found(world), ['discouraged-roles dev'])
  await as(admin, core.createToken, { principal: 'eve', lifetimeSeconds: 60 })
  await edit(world, 'eve', { roles: ['officer', 'administrator'] })
  const now = ['discouraged-roles dev', 'excluded-roles eve', 'token-of-excluded-roles eve']
  assert.deepEqual(await found(world), now)
  await edit(world, 'eve', { disabled: true })
  assert.ok((await found(world)).includes('excluded-roles-shut-out eve'))
  await edit(world, 'eve', { roles: ['officer'], disabled: false })
  await edit(world, 'dev', { roles: ['user'], approverKeys: eve.principal.approverKeys ?? [] })
  assert.deepEqual(await found(world), ['one-key-of-two dev'])
})

test('a quorum is told of when it cannot be had: at all, or by one who asks', async () => {
  const world = openWorld()
  const { as, admin } = world
  for (const name of ['ann', 'ben']) await world.person(name)
  await world.person('cyd', ['officer', 'approver'])
  await as(admin, core.createGroup, { name: 'board', members: members('ann', 'ben', 'cyd') })
  const rule = { name: 'two', actions: ['key.destroy'], approvals: 2, group: 'board' }
  await as(admin, core.createQuorum, rule)
  assert.deepEqual(await found(world), ['approver-asks two'])
  await edit(world, 'ben', { disabled: true })
  assert.deepEqual(await found(world), [
    'member-cannot-approve board',
    'quorum-out-of-reach-of-requester two',
  ])
  await edit(world, 'ann', { roles: [] })
  const locked = ['member-cannot-approve board', 'member-cannot-approve board']
  assert.deepEqual(await found(world), [...locked, 'quorum-out-of-reach two'])
  await edit(world, 'ann', { roles: ['auditor'] })
  assert.ok((await found(world)).includes('auditor-approves board'))
  const { violations } = await as(admin, core.reportDuties, {})
  assert.equal(violations, 2)
})

test('one person with one key, in two seats, is no quorum of two', async () => {
  const world = openWorld()
  const ann = await world.person('ann')
  await world.person('ben')
  const { as, admin } = world
  await as(admin, core.createGroup, { name: 'board', members: members('ann', 'ben') })
  const rule = { name: 'two', actions: ['key.destroy'], approvals: 2, group: 'board' }
  await as(admin, core.createQuorum, rule)
  assert.deepEqual(await found(world), [])
  await edit(world, 'ben', { approverKeys: ann.principal.approverKeys ?? [] })
  assert.deepEqual(await found(world), ['one-key-of-two ben', 'quorum-out-of-reach two'])
})

test('what nobody guards is told of, until the default guards are there', async () => {
  const world = openWorld()
  const { as, admin } = world
  const [ann, ben] = [await world.person('ann'), await world.person('ben')]
  await world.person('cyd')
  const dan = await world.person('dan', ['officer'])
  await as(admin, core.createGroup, { name: 'board', members: members('ann', 'ben', 'cyd') })
  const all = core.GUARD_NAMES.map((name) => `unguarded ${name}`).sort()
  assert.deepEqual(await found(world, true), all)
  const guards = { group: 'board', approvals: 2 }
  const unknown = as(admin, core.installGuards, { ...guards, guards: ['everything'] })
  assert.equal((await refusal(unknown)).code, 'invalid-input')
  const tooMany = as(admin, core.installGuards, { ...guards, approvals: 4 })
  assert.equal((await refusal(tooMany)).code, 'conflict')
  assert.deepEqual(await found(world, true), all, 'all or none')
  const { quorums } = await as(admin, core.installGuards, guards)
  assert.equal(quorums.length, core.GUARD_NAMES.length)
  assert.deepEqual(await found(world, true), [])

  const spec = 'aes-256'
  await as(dan.session, core.createKey, { name: 'plain', spec })
  await as(dan.session, core.createKey, { name: 'crown', spec, labels: { critical: 'yes' } })
  await as(dan.session, core.updateKey, { key: 'plain', description: 'as one likes' })
  const guarded = [
    as(dan.session, core.updateKey, { key: 'crown', description: 'as one likes' }),
    as(dan.session, core.destroyKey, { key: 'plain', windowDays: 0 }),
    as(admin, core.createToken, { principal: 'dan', lifetimeSeconds: 60 }),
    as(admin, core.putPolicy, { name: 'all', text: 'permit (principal, action, resource);' }),
    as(admin, core.createPrincipal, { name: 'new', kind: 'person', roles: ['user'] }),
  ]
  for (const call of guarded) assert.equal((await refusal(call)).code, 'approval-pending')
  const destroy = { key: 'plain', windowDays: 0 }
  const request = await world.asked(as(dan.session, core.destroyKey, destroy))
  for (const one of [ann, ben]) await world.approve(one, request)
  await as(dan.session, core.destroyKey, destroy)
})

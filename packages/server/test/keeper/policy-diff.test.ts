/** What a policy would change, told before it does; and expectations held against policies. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { makePolicyWorld, type PolicyWorld } from './policy-world.ts'
import type { Person } from './quorum-world.ts'
import { REQUEST, refuses } from './world.ts'

const CALL = { protocol: REQUEST.protocol, peer: REQUEST.peer }
const KEYS = ['payments', 'backup', 'logs']

async function begin(): Promise<{ world: PolicyWorld; people: readonly Person[] }> {
  const world = await makePolicyWorld()
  const people: Person[] = []
  for (const role of core.ROLES) people.push(await world.person(role, [role]))
  const officer = people[core.ROLES.indexOf('officer')] as Person
  for (const name of KEYS) {
    const labels = { team: name === 'payments' ? 'payments' : 'other' }
    const input = { name, spec: 'aes-256', purpose: 'encrypt', labels } as const
    await world.as(officer.session, core.createKey, input)
  }
  await world.put('old', 'forbid (principal, action == Action::"key.decrypt", resource is Key);')
  return { world, people }
}

/** Every decision on keys as the keeper makes it. */
async function decisions(
  { keeper, ports }: PolicyWorld,
  people: readonly Person[],
): Promise<ReadonlyMap<string, boolean>> {
  const decided = new Map<string, boolean>()
  for (const name of KEYS) {
    const loaded = await keeper.keys.read(core.DEFAULT_TENANT, name)
    for (const { session } of people) {
      for (const action of core.ACTIONS) {
        if (loaded === undefined || ports.policies.kindOf(action) !== 'key') continue
        const { allowed } = ports.authorizer.decide(session, action, loaded.resource, REQUEST)
        decided.set(`${session.name} ${action} ${name}`, allowed)
      }
    }
  }
  return decided
}

describe('policy.diff', () => {
  const changes: [string, string, string | undefined][] = [
    [
      'a rule that forbids by label',
      'freeze',
      'forbid (principal, action in Action::"manage", resource is Key) when { resource.hasTag("team") && resource.getTag("team") == "payments" };',
    ],
    [
      'a rule that permits a role more',
      'more',
      'permit (principal in Role::"auditor", action in Action::"use", resource is Key);',
    ],
    [
      'one policy in place of another',
      'old',
      'forbid (principal, action == Action::"key.encrypt", resource is Key);',
    ],
    ['a policy that goes', 'old', undefined],
    ['a comment', 'nothing', '// nothing'],
  ]
  for (const [title, name, text] of changes) {
    test(`tells what changes, and nothing else: ${title}`, async () => {
      const { world, people } = await begin()
      const proposal = { name, ...(text !== undefined && { text }), ...CALL }
      const told = await world.as(world.admin, core.diffPolicy, proposal)
      const before = await decisions(world, people)
      if (text === undefined) await world.as(world.admin, core.deletePolicy, { name })
      else await world.put(name, text)
      const after = await decisions(world, people)
      const differ = [...after].filter(([question, allowed]) => before.get(question) !== allowed)
      const ofKeys = told.changes.filter(({ target }) => target !== '*')
      assert.deepEqual(
        ofKeys.map((row) => `${row.name} ${row.action} ${row.target} ${row.allowed}`).toSorted(),
        differ.map(([question, allowed]) => `${question} ${allowed}`).toSorted(),
      )
      assert.equal(told.truncated, false)
      assert.equal(told.changed, told.changes.length)
      assert.equal(differ.length > 0, name !== 'nothing')
    })
  }

  test('names the policies that decide before and after', async () => {
    const { world } = await begin()
    const told = await world.as(world.admin, core.diffPolicy, { name: 'old' })
    assert.deepEqual(
      told.changes.map(({ name, target, before, after }) => [name, target, before, after]),
      KEYS.map((key) => ['user', key, ['old'], ['role:user']]),
    )
  })

  test('refuses what could not be put, and puts nothing', async () => {
    const { world } = await begin()
    const wrong = { name: 'x', text: 'permit (' }
    await assert.rejects(world.as(world.admin, core.diffPolicy, wrong), refuses('invalid-input'))
    const absent = world.as(world.admin, core.diffPolicy, { name: 'absent' })
    await assert.rejects(absent, refuses('not-found'))
    const right = { name: 'x', text: 'permit (principal, action, resource);' }
    await world.as(world.admin, core.diffPolicy, right)
    await assert.rejects(world.as(world.admin, core.getPolicy, { name: 'x' }), refuses('not-found'))
  })

  test('says that it was truncated', async () => {
    const { world } = await begin()
    for (let index = 0; index < 300; index++) {
      const input = { name: `w${index}`, kind: 'workload', roles: ['officer'] } as const
      await world.as(world.admin, core.createPrincipal, input)
    }
    const everything = { name: 'x', text: 'forbid (principal, action, resource);' }
    const told = await world.as(world.admin, core.diffPolicy, everything)
    assert.equal(told.examined, core.DIFF_DECISIONS_MAX)
    assert.equal(told.changes.length, core.DIFF_CHANGES_MAX)
    assert.ok(told.changed > told.changes.length)
    assert.equal(told.truncated, true)
  })
})

describe('policy tests', () => {
  const expectations = [
    { principal: 'user', action: 'key.encrypt', target: 'payments', expect: 'allowed' },
    { principal: 'user', action: 'key.decrypt', target: 'payments', expect: 'allowed' },
    { principal: 'auditor', action: 'audit.list', expect: 'allowed' },
    { principal: 'auditor', action: 'key.destroy', target: 'logs', expect: 'denied' },
  ] as const

  test('hold expectations against the policies in force, and as they would be', async () => {
    const { world } = await begin()
    const now = await world.as(world.admin, core.tryPolicies, { expectations })
    assert.deepEqual(
      now.results.map(({ met }) => met),
      [true, false, true, true],
    )
    assert.deepEqual([now.failed, now.results[1]?.policies], [1, ['old']])
    const without = { expectations, proposal: { name: 'old' } }
    assert.equal((await world.as(world.admin, core.tryPolicies, without)).failed, 0)
    const text = 'forbid (principal, action, resource);'
    const shut = { expectations, proposal: { name: 'shut', text } }
    assert.equal((await world.as(world.admin, core.tryPolicies, shut)).failed, 3)
  })

  test('expect nothing of somebody who comes in no more', async () => {
    const { world } = await begin()
    await world.as(world.admin, core.updatePrincipal, { principal: 'auditor', disabled: true })
    const tried = await world.as(world.admin, core.tryPolicies, { expectations })
    assert.equal(tried.results[2]?.decision, 'denied')
  })

  test('refuse to guess', async () => {
    const { world } = await begin()
    const one = { principal: 'nobody', action: 'random', expect: 'denied' } as const
    const unknown = world.as(world.admin, core.tryPolicies, { expectations: [one] })
    await assert.rejects(unknown, refuses('not-found'))
  })
})

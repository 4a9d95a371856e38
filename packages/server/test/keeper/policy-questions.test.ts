/** What can be asked of policies: what is wrong with one, why a call is denied, and who may make it. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as core from '@claviger/core'
import { makePolicyWorld, type PolicyWorld } from './policy-world.ts'
import { refuses, REQUEST } from './world.ts'

let world: PolicyWorld
before(async () => {
  world = await makePolicyWorld()
  const officer = await world.person('olga', ['officer'])
  await world.as(officer.session, core.createKey, {
    name: 'payments',
    spec: 'aes-256',
    purpose: 'encrypt',
    labels: { team: 'payments' },
  })
  await world.put(
    'freeze',
    `forbid (principal, action == Action::"key.destroy", resource is Key)
     when { resource.hasTag("team") && resource.getTag("team") == "frozen" };
     forbid (principal, action == Action::"key.rotate", resource is Key)
     unless { context has peer && context.peer.isInRange(ip("10.0.0.0/8")) };`,
  )
})

describe('policy.check', () => {
  const check = (text: string) => world.as(world.admin, core.checkPolicy, { text })

  test('tells every fault with its line and column, and puts nothing', async () => {
    const { accepted, faults } = await check(
      'permit (principal, action, resource)\nwhen { resource.colour == 1 };\n' +
        '  permit (principal in Role::"root", action, resource);',
    )
    assert.equal(accepted, false)
    assert.deepEqual(
      faults.map(({ severity, line, column }) => [severity, line, column]).slice(-1),
      [['error', 3, 24]],
    )
    assert.ok(
      faults.some(({ line }) => line === 2),
      JSON.stringify(faults),
    )
    const { policies } = await world.as(world.admin, core.listPolicies, {})
    assert.deepEqual(
      policies.map(({ policy }) => policy.name),
      ['freeze'],
    )
  })

  test('accepts exactly what could be put', async () => {
    const texts = [
      'permit (principal, action, resource);',
      'permit (principal, action == Action::"key.encrypt", resource is Log);',
      'permit (principal, action, resource) when { true && false };',
      '(',
      `${'('.repeat(40)}`,
    ]
    for (const text of texts) {
      const { accepted } = await check(text)
      const taken = await world.put('tried', text).then(
        () => true,
        () => false,
      )
      assert.equal(accepted, taken, text)
    }
    await world.as(world.admin, core.deletePolicy, { name: 'tried' })
  })

  test('warns of a rule for nobody, and of a name in place of an id', async () => {
    const { faults } = await check(
      `// Principal::"in a comment"
       permit (principal == Principal::"olga", action, resource);
       permit (principal == Principal::"nobody", action, resource)
       when { resource != Key::"Principal::x" };`,
    )
    assert.deepEqual(
      faults.map(({ severity, line }) => [severity, line]),
      [
        ['warning', 2],
        ['warning', 3],
      ],
    )
    assert.match(faults[0]?.message ?? '', /is a name.*write the id, `[0-9a-f-]{36}`/)
  })
})

describe('policy.explain', () => {
  test('names the missing role', async () => {
    const una = await world.person('una', ['user'])
    const question = { target: 'payments', principal: 'una' }
    const [why] = (await world.explain('key.destroy', question)).explanations
    assert.deepEqual([why?.allowed, why?.policies, why?.missingRoles], [false, [], ['officer']])
    const [may] = (await world.explain('key.encrypt', question)).explanations
    assert.deepEqual([may?.allowed, may?.policies, may?.missingRoles], [true, ['role:user'], []])
    assert.equal(may?.principal, una.principal.id)
  })

  test('names the policy that forbids, which no role outweighs', async () => {
    const question = { target: 'payments', principal: 'olga' }
    const [far] = (await world.explain('key.rotate', question)).explanations
    assert.deepEqual([far?.allowed, far?.policies], [false, ['freeze#2']])
    assert.deepEqual(far?.missingRoles, [])
    const near = await world.explain('key.rotate', { ...question, peer: '10.1.1.1' })
    assert.deepEqual(near.explanations[0]?.policies, ['role:officer'])
  })

  test('answers as the keeper would decide, for every role and action', async () => {
    for (const role of core.ROLES) {
      const { session } = await world.person(`one-${role}`, [role])
      for (const action of core.ACTIONS) {
        const kind = world.ports.policies.kindOf(action)
        if (kind !== 'key' && kind !== 'tenant') continue
        const { explanations } = await world.explain(action, {
          principal: session.principal,
          ...(kind === 'key' && { target: 'payments' }),
          peer: '127.0.0.1',
          protocol: 'test',
        })
        const resource: core.Resource =
          kind === 'key'
            ? ((await world.keeper.keys.read(core.DEFAULT_TENANT, 'payments'))
                ?.resource as core.Resource)
            : { kind, id: core.DEFAULT_TENANT, name: '', revision: 0, attributes: {} }
        const decided = world.ports.authorizer.decide(session, action, resource, REQUEST)
        assert.equal(explanations[0]?.allowed, decided.allowed, `${role} ${action}`)
      }
    }
  })

  test('tells who may, page by page, without those who come in no more', async () => {
    const gone = await world.person('gone', ['officer'])
    const { id } = gone.principal
    await world.as(world.admin, core.updatePrincipal, { principal: id, disabled: true })
    const who: string[] = []
    let after: string | undefined
    do {
      const page = await world.explain('key.destroy', {
        target: 'payments',
        limit: 2,
        ...(after !== undefined && { after }),
      })
      assert.ok(page.examined <= 2)
      who.push(...page.explanations.map(({ name }) => name))
      after = page.next
    } while (after !== undefined)
    assert.deepEqual(who.toSorted(), ['olga', 'one-officer'])
    const [why] = (await world.explain('key.destroy', { target: 'payments', principal: id }))
      .explanations
    assert.deepEqual([why?.allowed, why?.disabled], [false, true])
  })

  test('tells which tokens are too narrow, and of what groups somebody is', async () => {
    const { principal } = await world.person('tess', ['user'])
    await world.token(principal, { description: 'wide' })
    await world.token(principal, { description: 'narrow', scope: { keys: ['other/*'] } })
    await world.token(principal, { description: 'ended', revokedAt: 1 })
    await world.as(world.admin, core.createGroup, {
      name: 'board',
      members: [{ principal: principal.id }],
    })
    const question = { target: 'payments', principal: 'tess' }
    const [why] = (await world.explain('key.encrypt', question)).explanations
    assert.deepEqual(why?.groups, ['board'])
    assert.deepEqual(
      Object.fromEntries(why?.tokens.map((token) => [token.description, token.allowed]) ?? []),
      { narrow: false, wide: true },
    )
  })

  test('asks for what it needs', async () => {
    await assert.rejects(world.explain('key.destroy'), refuses('invalid-input'))
    await assert.rejects(world.explain('session.authenticate'), refuses('invalid-input'))
    await assert.rejects(world.explain('key.destroy', { target: 'x' }), refuses('not-found'))
    const unknown = { target: 'payments', principal: 'x' }
    await assert.rejects(world.explain('key.destroy', unknown), refuses('not-found'))
    assert.equal((await world.explain('key.create', { target: 'new' })).target, 'new')
  })
})

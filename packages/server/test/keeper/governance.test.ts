/** No change leaves a tenant to nobody. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { makePolicyWorld, type PolicyWorld } from './policy-world.ts'
import type { Person } from './quorum-world.ts'
import { refuses, REQUEST } from './world.ts'

interface Governed {
  readonly world: PolicyWorld
  readonly ann: Person
  readonly token: core.Token
}

/** Ann is the only one who governs, by the only token there is. */
async function governed(): Promise<Governed> {
  const world = await makePolicyWorld()
  const ann = await world.person('ann', ['administrator'])
  return { world, ann, token: await world.token(ann.principal) }
}

const lockOut = refuses('would-lock-out')

describe('the last one who governs', () => {
  const changes: Readonly<Record<string, (governed: Governed) => Promise<unknown>>> = {
    'is not disabled': ({ world, ann }) =>
      world.as(ann.session, core.updatePrincipal, { principal: 'ann', disabled: true }),
    'keeps the role': ({ world, ann }) =>
      world.as(ann.session, core.updatePrincipal, { principal: 'ann', roles: [] }),
    'keeps the last token': ({ world, ann, token }) =>
      world.as(ann.session, core.revokeToken, { token: token.id }),
    'is not forbidden everything': ({ world, ann }) =>
      world.as(ann.session, core.putPolicy, {
        name: 'shut',
        text: 'forbid (principal, action, resource);',
      }),
    'is not forbidden one half of it': ({ world, ann }) =>
      world.as(ann.session, core.putPolicy, {
        name: 'half',
        text: 'forbid (principal, action == Action::"principal.update", resource);',
      }),
    'is not shut out of where it calls from': ({ world, ann }) =>
      world.as(ann.session, core.putPolicy, {
        name: 'far',
        text: 'forbid (principal, action, resource) unless { context has peer && context.peer.isInRange(ip("10.0.0.0/8")) };',
      }),
    'is not made to come by a certificate it has not got': ({ world, ann }) =>
      world.as(ann.session, core.putPolicy, {
        name: 'certificates',
        text: 'forbid (principal, action in Action::"administer", resource) unless { context.authentication == "certificate" };',
      }),
    'is not made to wait for its own approval': async ({ world, ann }) => {
      const members = [{ principal: 'ann' }]
      await world.as(world.admin, core.createGroup, { name: 'alone', members })
      const actions = ['policy.put'] as const
      const rule = { name: 'guard', actions, approvals: 1, group: 'alone' }
      return world.as(ann.session, core.createQuorum, rule)
    },
  }
  for (const [title, change] of Object.entries(changes)) {
    test(title, async () => {
      const began = await governed()
      await assert.rejects(change(began), lockOut)
      // Everything is as it was.
      const { world, ann } = began
      await world.as(ann.session, core.putPolicy, { name: 'fine', text: '// fine' })
    })
    test(`${title}, but where there is somebody else it may be so`, async () => {
      const began = await governed()
      const { world } = began
      const ben = await world.person('ben', ['administrator'])
      await world.token(ben.principal)
      if (/disabled|role|token/.test(title)) await change(began)
      else await assert.rejects(change(began), lockOut)
    })
  }

  test('is not let go of by a dry run either', async () => {
    const { world, ann, token } = await governed()
    const options = { dryRun: true }
    const run = world.keeper.execute(
      ann.session,
      core.revokeToken,
      { token: token.id },
      REQUEST,
      options,
    )
    await assert.rejects(run, lockOut)
  })

  test('keeps the policy it governs by', async () => {
    const world = await makePolicyWorld()
    const ann = await world.person('ann', [])
    await world.token(ann.principal)
    const text = `permit (principal == Principal::"${ann.principal.id}", action, resource);`
    await world.put('ann', text)
    const gone = world.as(ann.session, core.deletePolicy, { name: 'ann' })
    await assert.rejects(gone, lockOut)
    await assert.rejects(world.put('ann', '// nobody'), lockOut)
    await world.put('another', text)
    await world.as(ann.session, core.deletePolicy, { name: 'ann' })
  })

  test('is not one whose tokens are too narrow or over, or who has a secret of AWS alone', async () => {
    const { world, ann, token } = await governed()
    const ben = await world.person('ben', ['administrator'])
    await world.token(ben.principal, { scope: { actions: ['key.*'] } })
    await world.token(ben.principal, { expiresAt: 1 })
    await world.token(ben.principal, { revokedAt: 1 })
    const revoke = () => world.as(ann.session, core.revokeToken, { token: token.id })
    await assert.rejects(revoke(), lockOut)
    await world.token(ben.principal, { scope: { actions: ['policy.*', 'principal.*'] } })
    await revoke()
  })

  test('may come by a certificate', async () => {
    const { world, ann, token } = await governed()
    const stored = await world.store.get('principal', core.DEFAULT_TENANT, ann.principal.id)
    assert.ok(stored !== undefined)
    const value = { ...stored.value, certificates: ['ab'.repeat(32)] }
    const { tenant, id, revision } = stored
    await world.store.commit({
      puts: [{ kind: 'principal', tenant, id, value, expected: revision }],
    })
    await world.as(ann.session, core.revokeToken, { token: token.id })
    const certificates: readonly Uint8Array[] = []
    const bare = { principal: 'ann', certificates }
    await assert.rejects(world.as(ann.session, core.updatePrincipal, bare), lockOut)
  })
})

test('two changes at once do not take away what each relies on', async () => {
  for (let round = 0; round < 20; round++) {
    const { world, ann } = await governed()
    const ben = await world.person('ben', ['administrator'])
    await world.token(ben.principal)
    const disable = (by: Person, principal: string) =>
      world.as(by.session, core.updatePrincipal, { principal, disabled: true })
    const ended = await Promise.allSettled([disable(ann, 'ben'), disable(ben, 'ann')])
    assert.deepEqual(ended.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  }
})

test('a quorum keeps those it needs', async () => {
  const { world, ann } = await governed()
  await world.person('kim')
  for (const name of ['ida', 'jon']) await world.token((await world.person(name)).principal)
  const members = ['ida', 'jon'].map((principal) => ({ principal }))
  await world.as(ann.session, core.createGroup, { name: 'board', members })
  const actions = ['principal.create'] as const
  const rule = { name: 'guard', actions, approvals: 2, group: 'board' }
  await world.as(ann.session, core.createQuorum, rule)
  const change = { principal: 'ida', disabled: true }
  await assert.rejects(world.as(ann.session, core.updatePrincipal, change), lockOut)
  const fewer = { principal: 'jon', roles: ['user'] as const }
  await assert.rejects(world.as(ann.session, core.updatePrincipal, fewer), lockOut)
  // Somebody who is in no group may go.
  await world.as(ann.session, core.updatePrincipal, { principal: 'kim', disabled: true })
})

test('a tenant that nobody governs may be changed, and mended', async () => {
  const world = await makePolicyWorld()
  const ann = await world.person('ann', ['administrator'])
  await world.as(world.admin, core.updatePrincipal, { principal: 'ann', disabled: true })
  await world.as(world.admin, core.updatePrincipal, { principal: 'ann', disabled: false })
  const token = await world.token(ann.principal)
  const revoke = world.as(world.admin, core.revokeToken, { token: token.id })
  await assert.rejects(revoke, lockOut)
})

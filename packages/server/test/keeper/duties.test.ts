import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { makeQuorumWorld, refusal } from './quorum-world.ts'

const kind = 'person'

describe('roles that exclude each other', () => {
  test('are given to nobody, by no way there is', async () => {
    const { as, admin, store } = makeQuorumWorld()
    for (const { keeps, refuses } of core.EXCLUSIONS) {
      const roles = [refuses, keeps]
      const name = `${keeps}-${refuses}`
      const made = await refusal(as(admin, core.createPrincipal, { name, kind, roles }))
      assert.equal(made.code, 'invalid-input')
      assert.deepEqual(made.details['roles'], [keeps, refuses])
      await as(admin, core.createPrincipal, { name, kind, roles: [keeps] })
      const changed = await refusal(as(admin, core.updatePrincipal, { principal: name, roles }))
      assert.match(changed.message, /^nobody is /)
      // However it came to hold both: its tokens are not made any more.
      const stored = await store.getByName('principal', core.DEFAULT_TENANT, name)
      assert.ok(stored)
      const { tenant, id, revision: expected, value } = stored
      const both = { ...value, roles: [refuses, keeps] }
      await store.commit({ puts: [{ kind: 'principal', tenant, id, value: both, expected }] })
      const token = { principal: name, lifetimeSeconds: 60 }
      assert.match((await refusal(as(admin, core.createToken, token))).message, /^nobody is /)
      await as(admin, core.updatePrincipal, { principal: name, roles: [keeps] })
    }
    await as(admin, core.createToken, { principal: 'auditor-user', lifetimeSeconds: 60 })
  })

  test('leave the combinations that small teams live by', async () => {
    const { as, admin } = makeQuorumWorld()
    for (const roles of [
      ['administrator', 'operator'],
      ['officer', 'user', 'operator'],
      ['officer', 'approver'],
      ['administrator', 'approver'],
    ]) {
      await as(admin, core.createPrincipal, { name: roles.join('-'), kind, roles })
    }
  })
})

test('nobody gives a role to themself, and anybody lays one down', async () => {
  const { as, person } = makeQuorumWorld()
  const eve = await person('eve', ['administrator', 'operator'])
  const own = (roles: readonly core.Role[]) =>
    as(eve.session, core.updatePrincipal, { principal: 'eve', roles })
  assert.equal((await refusal(own(['administrator', 'operator', 'approver']))).code, 'denied')
  assert.equal((await refusal(own(['officer']))).code, 'denied')
  await own(['administrator'])
  assert.equal((await refusal(own(['administrator', 'operator']))).code, 'denied')
})

test('nobody joins a group by their own hand, and no auditor is of one', async () => {
  const { as, person, admin } = makeQuorumWorld()
  const eve = await person('eve', ['administrator'])
  await person('ann')
  await person('aud', ['auditor'])
  const members = (...names: readonly string[]) => names.map((principal) => ({ principal }))
  const made = (name: string, ...names: readonly string[]) =>
    as(eve.session, core.createGroup, { name, members: members(...names) })
  assert.equal((await refusal(made('board', 'ann', 'eve'))).code, 'denied')
  assert.match((await refusal(made('board', 'ann', 'aud'))).message, /`aud` is an auditor/)
  await made('board', 'ann')
  const joined = { group: 'board', members: members('ann', 'eve') }
  assert.equal((await refusal(as(eve.session, core.updateGroup, joined))).code, 'denied')
  await as(admin, core.updateGroup, joined)
  // Who is in it already may change who else is.
  await as(eve.session, core.updateGroup, { group: 'board', members: members('eve') })
})

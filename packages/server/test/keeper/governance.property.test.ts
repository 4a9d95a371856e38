/** Whatever is done in whatever order, somebody still governs: found out by asking the keeper, not the rail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as core from '@claviger/core'
import fc from 'fast-check'
import { makePolicyWorld, type PolicyWorld } from './policy-world.ts'
import { REQUEST } from './world.ts'

const NAMES = ['ann', 'ben', 'cyd', 'dan'] as const
const TEXTS: readonly ((ids: Readonly<Record<string, string>>) => string)[] = [
  () => 'forbid (principal, action, resource);',
  () => 'forbid (principal, action == Action::"policy.put", resource);',
  () => 'forbid (principal in Role::"administrator", action in Action::"administer", resource);',
  () => 'permit (principal in Role::"officer", action in Action::"administer", resource);',
  ({ ann = '' }) => `forbid (principal == Principal::"${ann}", action, resource);`,
  ({ ben = '' }) => `permit (principal == Principal::"${ben}", action, resource);`,
  ({ cyd = '' }) =>
    `permit (principal, action, resource) when { principal == Principal::"${cyd}" };`,
  () => 'forbid (principal, action, resource) when { principal.name like "a*" };',
  () =>
    'forbid (principal, action in Action::"administer", resource) when { context.protocol == "test" };',
  () => '// nothing',
]

/** Nobody gives a role to themself. */
const REFUSALS: readonly core.ErrorCode[] = ['would-lock-out', 'not-found', 'denied']

const name = fc.constantFrom(...NAMES)
const roles = fc.constantFrom<core.Role[]>([], ['administrator'], ['officer'], ['user'])
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), policy: fc.nat(2), text: fc.nat(TEXTS.length - 1) }),
  fc.record({ do: fc.constant('delete' as const), policy: fc.nat(2) }),
  fc.record({ do: fc.constant('roles' as const), name, roles }),
  fc.record({ do: fc.constant('disable' as const), name, disabled: fc.boolean() }),
  fc.record({ do: fc.constant('revoke' as const), name, nth: fc.nat(2) }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** Those who govern, as the keeper itself decides of their calls. */
async function governors({ ports, store, clock }: PolicyWorld): Promise<core.Session[]> {
  const tenant = core.DEFAULT_TENANT
  const found: core.Session[] = []
  const { records } = await store.list('principal', { tenant, limit: 100 })
  for (const { value } of records) {
    const tokens = await store.list('token', { tenant, parent: value.id, limit: 100 })
    for (const { value: token } of tokens.records) {
      if (value.disabled || token.revokedAt !== undefined || token.expiresAt <= clock.now())
        continue
      const session: core.Session = {
        tenant,
        principal: value.id,
        name: value.name,
        roles: value.roles,
        authentication: 'token',
        token: token.id,
        scope: token.scope,
        expiresAt: token.expiresAt,
      }
      const may = (action: core.Action, kind: core.Resource['kind']): boolean => {
        const resource = { kind, id: 'x', name: 'x', revision: 0, attributes: {} }
        return ports.authorizer.decide(session, action, resource, REQUEST).allowed
      }
      if (!may('policy.put', 'policy') || !may('principal.update', 'principal')) continue
      if (may('principal.create', 'tenant')) found.push(session)
    }
  }
  return found
}

async function take(world: PolicyWorld, by: core.Session, one: Step): Promise<unknown> {
  const { as, store } = world
  const tenant = core.DEFAULT_TENANT
  switch (one.do) {
    case 'put': {
      const ids: Record<string, string> = {}
      for (const principal of NAMES) {
        ids[principal] = (await store.getByName('principal', tenant, principal))?.id ?? ''
      }
      const text = TEXTS[one.text]?.(ids) ?? ''
      return as(by, core.putPolicy, { name: `p${one.policy}`, text })
    }
    case 'delete':
      return as(by, core.deletePolicy, { name: `p${one.policy}` })
    case 'roles':
      return as(by, core.updatePrincipal, { principal: one.name, roles: one.roles })
    case 'disable':
      return as(by, core.updatePrincipal, { principal: one.name, disabled: one.disabled })
    case 'revoke': {
      const owner = await store.getByName('principal', tenant, one.name)
      const page = await store.list('token', { tenant, parent: owner?.id ?? '', limit: 10 })
      const token = page.records[one.nth]
      return token === undefined ? undefined : as(by, core.revokeToken, { token: token.id })
    }
  }
}

test('no sequence of changes ends with nobody who governs', { timeout: 240_000 }, async (t) => {
  let refused = 0
  let done = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
      const world = await makePolicyWorld()
      for (const person of NAMES) {
        const role = person === 'ann' || person === 'ben' ? 'administrator' : 'officer'
        const { principal } = await world.person(person, [role])
        await world.token(principal)
        if (person === 'cyd') await world.token(principal, { scope: { actions: ['key.*'] } })
      }
      for (const one of steps) {
        const [by] = await governors(world)
        assert.ok(by !== undefined, 'nobody governs')
        try {
          await take(world, by, one)
          done++
        } catch (error) {
          assert.ok(core.isKeeperError(error), String(error))
          assert.ok(REFUSALS.includes(error.code), error.message)
          if (error.code === 'would-lock-out') refused++
        }
      }
      assert.ok((await governors(world)).length > 0, 'nobody governs')
    }),
    { numRuns: 100 },
  )
  t.diagnostic(`${done} changes made, ${refused} refused`)
  assert.ok(refused > 0)
})

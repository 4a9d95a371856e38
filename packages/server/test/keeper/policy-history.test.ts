/** Who changed a policy, and to what: kept with the change itself, and bounded. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as core from '@claviger/core'
import { makePolicyWorld, type PolicyWorld } from './policy-world.ts'
import { refuses } from './world.ts'

const text = (number: number): string => `// ${number}\npermit (principal, action, resource);`
const history = async ({ as, admin }: PolicyWorld, name: string) =>
  (await as(admin, core.policyHistory, { name })).versions

test('every text is kept with who put it there and when, and the end too', async () => {
  const world = await makePolicyWorld()
  const { as, admin, clock } = world
  const ada = await world.person('ada', ['administrator'])
  const began = clock.now()
  await world.put('p', text(1))
  clock.set(began + 1_000)
  await as(ada.session, core.putPolicy, { name: 'p', text: text(2) })
  clock.set(began + 2_000)
  await as(ada.session, core.deletePolicy, { name: 'p' })
  await world.put('p', text(3))
  const versions = await history(world, 'p')
  assert.deepEqual(
    versions.map((one) => [one.version, one.at - began, one.by.name, one.text]),
    [
      [1, 0, 'admin', text(1)],
      [2, 1_000, 'ada', text(2)],
      [3, 2_000, 'ada', undefined],
      [4, 2_000, 'admin', text(3)],
    ],
  )
  assert.equal(versions[1]?.by.id, ada.principal.id)
  await as(admin, core.deletePolicy, { name: 'p' })
  assert.equal((await history(world, 'p')).length, 5, 'of a policy that is gone')
  await assert.rejects(history(world, 'never'), refuses('not-found'))
})

test('a change that is refused leaves no version', async () => {
  const world = await makePolicyWorld()
  await world.put('p', text(1))
  const stale = { name: 'p', text: text(2), expectedRevision: 0 }
  await assert.rejects(world.as(world.admin, core.putPolicy, stale), refuses('precondition-failed'))
  await assert.rejects(world.put('p', 'permit ('), refuses('invalid-input'))
  assert.equal((await history(world, 'p')).length, 1)
})

test('the latest versions are kept, of long texts fewer', async () => {
  const world = await makePolicyWorld()
  const last = core.POLICY_VERSIONS_MAX + 5
  for (let number = 1; number <= last; number++) await world.put('p', text(number))
  const versions = await history(world, 'p')
  assert.deepEqual(
    versions.map(({ version }) => version),
    Array.from({ length: core.POLICY_VERSIONS_MAX }, (_, index) => index + 6),
  )
  assert.equal(versions.at(-1)?.text, text(last))
  const long = `// ${'"'.repeat(65_000)}\n`
  for (let number = 0; number < 6; number++) await world.put('long', `${long}// ${number}\n`)
  const kept = await history(world, 'long')
  assert.deepEqual([kept.length, kept.at(-1)?.version], [4, 6])
  assert.ok(JSON.stringify(kept).length <= 1 << 20)
})

test('histories of policies that are gone leave when there are too many', async () => {
  const world = await makePolicyWorld()
  await world.put('stays', text(0))
  for (let number = 0; number < 514; number++) {
    await world.put(`p${number}`, text(number))
    await world.as(world.admin, core.deletePolicy, { name: `p${number}` })
    world.clock.set(world.clock.now() + 1)
  }
  assert.equal((await history(world, 'stays')).length, 1)
  await assert.rejects(history(world, 'p0'), refuses('not-found'))
  assert.equal((await history(world, 'p513')).length, 2)
})

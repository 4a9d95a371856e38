/** A change of a policy is in force before its call returns, whatever was decided and kept before. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as core from '@claviger/core'
import { makePolicyWorld } from './policy-world.ts'
import { refuses, REQUEST } from './world.ts'

const DOCUMENTS = 4
const EACH = 250

function rules(document: number): string {
  return Array.from({ length: EACH }, (_, at) => {
    const team = document * EACH + at
    return `permit (principal in Role::"user", action == Action::"key.encrypt", resource is Key) when { resource.name like "team-${team}/*" };`
  }).join('\n')
}

test('among 1,000 policies, for callers and keys whose decisions are kept', async () => {
  const world = await makePolicyWorld()
  const { as, admin, keeper } = world
  const officer = await world.person('olga', ['officer'])
  const spec = 'aes-256'
  const purpose = 'encrypt'
  for (const name of ['team-1/a', 'team-2/a']) {
    await as(officer.session, core.createKey, { name, spec, purpose })
  }
  const users = [await world.person('uma', ['user']), await world.person('udo', ['user'])]
  for (let document = 0; document < DOCUMENTS; document++) {
    await world.put(`rules-${document}`, rules(document))
  }
  const encrypt = async (key: string): Promise<void> => {
    for (const { session } of users) {
      const items = [{ plaintext: Buffer.from('x'), context: {} }]
      await keeper.executeData(session, core.encrypt, { key, items }, REQUEST)
    }
  }
  const forbid = `forbid (principal, action == Action::"key.encrypt", resource is Key)
    when { resource.name like "team-1/*" };`
  for (let round = 0; round < 3; round++) {
    await encrypt('team-1/a')
    await encrypt('team-2/a')
    await world.put('stop', forbid)
    await assert.rejects(encrypt('team-1/a'), refuses('denied'))
    await encrypt('team-2/a')
    await world.put('stop', forbid.replace('team-1', 'team-2'))
    await encrypt('team-1/a')
    await assert.rejects(encrypt('team-2/a'), refuses('denied'))
    await as(admin, core.deletePolicy, { name: 'stop' })
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPrincipal, createToken, type TokenScope } from '@claviger/core'
import { makeWorld, refuses, REQUEST, sessionOf } from './world.ts'

async function scopeOf(own: TokenScope, asked: TokenScope | undefined): Promise<TokenScope> {
  const world = makeWorld()
  await world.run(createPrincipal, { name: 'app', kind: 'workload', roles: ['user'] })
  const session = { ...sessionOf('boss', ['administrator']), scope: own }
  const input = {
    principal: 'app',
    lifetimeSeconds: 60,
    ...(asked !== undefined && { scope: asked }),
  }
  const { output } = await world.keeper.execute(session, createToken, input, REQUEST)
  return output.token.scope
}

test('a token passes on no more than it has', async () => {
  const own = { actions: ['key.encrypt', 'token.*'], keys: ['pay/*'] }
  assert.deepEqual(await scopeOf({}, { actions: ['key.sign'] }), { actions: ['key.sign'] })
  assert.deepEqual(await scopeOf(own, undefined), own)
  assert.deepEqual(await scopeOf(own, { actions: ['token.create'], keys: ['pay/a', 'pay/b*'] }), {
    actions: ['token.create'],
    keys: ['pay/a', 'pay/b*'],
  })
  await assert.rejects(scopeOf(own, { actions: ['key.sign'] }), refuses('denied'))
  await assert.rejects(scopeOf(own, { keys: ['*'] }), refuses('denied'))
  await assert.rejects(scopeOf(own, { keys: ['other'] }), refuses('denied'))
  await assert.rejects(
    scopeOf({ actions: ['token.create'] }, { actions: ['token.*'] }),
    refuses('denied'),
  )
})

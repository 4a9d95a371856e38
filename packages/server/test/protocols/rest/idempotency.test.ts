/** Creations that are repeated because their answer was lost make nothing twice. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Answered,
  ask,
  openInitialized,
  pick,
  pickText,
  type TestWorld,
} from './test-world.ts'

let world: TestWorld
before(async () => {
  world = await openInitialized()
})
after(() => world.close())

const send = (path: string, key: string, body: object): Promise<Answered> =>
  ask(world, path, { body, headers: { 'idempotency-key': key } })

async function tokensOf(principal: string): Promise<number> {
  return Number(
    pick((await ask(world, `/v1/principals/${principal}/tokens`)).body, 'tokens.length'),
  )
}

describe('a repeat with the same idempotency key', () => {
  test('finds the principal, the group and the quorum that were made', async () => {
    const creations = [
      ['principal', { name: 'ann', kind: 'person', roles: ['approver'] }],
      ['group', { name: 'board', members: [{ principal: 'ann' }] }],
      ['quorum', { name: 'q', actions: ['key.export'], approvals: 1, group: 'board' }],
    ] as const
    for (const [kind, body] of creations) {
      const first = await send(`/v1/${kind}s`, `once-${kind}`, body)
      assert.equal(first.status, 201, JSON.stringify(first.body))
      const again = await send(`/v1/${kind}s`, `once-${kind}`, body)
      assert.equal(again.status, 201, JSON.stringify(again.body))
      assert.equal(pickText(again.body, `${kind}.id`), pickText(first.body, `${kind}.id`))
      const without = await ask(world, `/v1/${kind}s`, { body })
      assert.equal(without.body['code'], 'conflict')
      const other = await send(`/v1/${kind}s`, `once-${kind}`, { ...body, name: 'other' })
      assert.equal(other.body['code'], 'conflict')
    }
  })

  test('makes no second token, shows no secret again, and says which to revoke', async () => {
    await ask(world, '/v1/principals', { body: { name: 'ben', kind: 'person', roles: ['user'] } })
    const body = { lifetimeSeconds: 60 }
    const first = await send('/v1/principals/ben/tokens', 'lost', body)
    assert.equal(first.status, 201)
    const again = await send('/v1/principals/ben/tokens', 'lost', body)
    assert.equal(again.status, 409)
    assert.equal(pick(again.body, 'details.token'), pick(first.body, 'token.id'))
    assert.ok(!JSON.stringify(again.body).includes(pickText(first.body, 'secret')))
    assert.equal(await tokensOf('ben'), 1)
    // The same body for somebody else is another request.
    const elsewhere = await send('/v1/principals/ann/tokens', 'lost', body)
    assert.equal(elsewhere.body['code'], 'conflict')
    assert.equal(pick(elsewhere.body, 'details.token'), undefined)
    assert.equal(await tokensOf('ann'), 0)
  })

  test('makes one when many come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        send('/v1/principals/ben/tokens', 'at-once', { lifetimeSeconds: 61 }),
      ),
    )
    assert.equal(answers.filter(({ status }) => status === 201).length, 1)
    assert.equal(answers.filter(({ status }) => status === 409).length, 11)
    assert.equal(await tokensOf('ben'), 2)
  })
})

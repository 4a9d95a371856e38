/** What the log tells of those who were not let in, by every way in, and how little a flood of them costs. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  createToken,
  DEFAULT_TENANT,
  INTERNAL_REQUEST,
  internalSession,
  listEntries,
  type ManagementOperation,
  revokeToken,
  type TargetKind,
} from '@claviger/core'
import { sdkRequest } from '../../../sigv4/test/signed-sample.ts'
import { REGION, WireWorld } from '../protocols/aws-kms/wire-world.ts'

const PEER = '192.0.2.7'
const STRANGER = `clv_${'A'.repeat(47)}`

let world: WireWorld
before(async () => {
  world = await WireWorld.open()
})
after(() => world.close())

async function run<Kind extends TargetKind, Input, Output>(
  operation: ManagementOperation<Kind, Input, Output>,
  input: Input,
): Promise<Output> {
  const session = internalSession(DEFAULT_TENANT, 'test')
  return (await world.keeper.keeper.execute(session, operation, input, INTERNAL_REQUEST)).output
}

interface Told {
  readonly peer: string
  readonly details: Readonly<Record<string, string | number>>
  readonly target: { readonly kind: string; readonly name: string }
}

/** Oldest first. No answer waits for these entries: this one's own comes after them. */
async function told(): Promise<Told[]> {
  await run(listEntries, { limit: 1 })
  const { entries } = await run(listEntries, { limit: 1_000 })
  const events = entries.map(({ entry }) => JSON.parse(entry) as Told & { readonly action: string })
  return events.filter((event) => event.action === 'session.authenticate').reverse()
}

async function last(): Promise<Told> {
  const event = (await told()).at(-1)
  assert.ok(event)
  return event
}

const comeIn = async (secret: string, peer = PEER): Promise<unknown> =>
  world.keeper.authenticator.bySecret(secret, peer)

describe('one refused login', () => {
  test('of a token that nobody gave out', async () => {
    await assert.rejects(comeIn(STRANGER), { code: 'unauthenticated' })
    const event = (await told()).at(-1)
    assert.deepEqual(event?.details, { how: 'token', reason: 'unknown' })
    assert.deepEqual(event?.target, { kind: 'session', id: '', name: '' })
    assert.equal(event?.peer, PEER)
    assert.ok(!JSON.stringify(event).includes(STRANGER.slice(4)))
  })

  test('of a revoked token, an expired one, and one that REST is given', async () => {
    const input = { principal: 'developer', lifetimeSeconds: 60 }
    const { token, secret } = await run(createToken, input)
    await run(revokeToken, { token: token.id })
    await assert.rejects(comeIn(secret), { code: 'unauthenticated' })
    const revoked = await last()
    assert.deepEqual(revoked.details, { how: 'token', reason: 'revoked', token: token.id })
    assert.equal(revoked.target.name, 'developer')

    const second = await run(createToken, input)
    world.clock.at += 61_000
    const answer = await world.send({
      method: 'GET',
      target: '/v1/whoami',
      headers: { authorization: `Bearer ${second.secret}` },
      body: new Uint8Array(),
    })
    assert.equal(answer.status, 401)
    const expired = await last()
    assert.deepEqual(expired.details, { how: 'token', reason: 'expired', token: second.token.id })
    assert.match(expired.peer, /^127\.0\.0\.1$/)
  })

  test('of a signature by another secret, and of an access key that is not there', async () => {
    const { credentials } = world
    const at = world.clock.at
    const forged = { ...credentials, secretAccessKey: 'a'.repeat(40) }
    const options = { region: REGION, at, action: 'ListKeys', body: '{}' }
    const answer = await world.ask(await sdkRequest({ ...options, credentials: forged }))
    assert.equal(answer.body['__type'], 'InvalidSignatureException')
    const { details, target } = await last()
    assert.equal(details['reason'], 'wrong-signature')
    assert.deepEqual([details['how'], target.kind], ['signature', 'principal'])
    await world.ask(
      await sdkRequest({ ...options, credentials: { ...forged, accessKeyId: 'AKIA' } }),
    )
    assert.deepEqual((await last()).details, { how: 'signature', reason: 'unknown' })
  })

  test('of a client certificate', async () => {
    const { authenticator } = world.keeper
    const unknown = async () =>
      authenticator.byCertificate('ab'.repeat(32), world.clock.at + 1_000, PEER)
    await assert.rejects(unknown, { code: 'unauthenticated' })
    assert.deepEqual((await last()).details, { how: 'certificate', reason: 'unknown' })
  })
})

describe('many', () => {
  test('of one network are one entry and, later, their number', async () => {
    await world.keeper.keeper.failedLogins.flush()
    const before = (await told()).length
    for (const last of [1, 2, 3, 4]) {
      await assert.rejects(comeIn(STRANGER, `2001:db8::${last}`), { code: 'unauthenticated' })
    }
    assert.equal((await told()).length, before + 1)
    await world.keeper.keeper.failedLogins.flush()
    const entries = (await told()).slice(before)
    assert.deepEqual(
      entries.map(({ peer, details }) => [peer, details['count']]),
      [
        ['2001:db8::1', undefined],
        ['2001:db8:0:0::/64', 3],
      ],
    )
  })

  test('of a thousand networks are counted one by one, and written as at most 129 entries', async () => {
    await world.keeper.keeper.failedLogins.flush()
    const before = (await told()).length
    const { total } = world.keeper.keeper.failedLogins
    const peers = Array.from({ length: 1_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`)
    for (const peer of peers) {
      for (let again = 0; again < 10; again++) await comeIn(STRANGER, peer).catch(() => undefined)
    }
    // The log goes on taking what others do.
    await run(createToken, { principal: 'developer', lifetimeSeconds: 60 })
    await world.keeper.keeper.failedLogins.flush()
    const entries = (await told()).slice(before)
    assert.ok(entries.length <= 129, String(entries.length))
    const counted = entries.map(({ details }) => Number(details['count'] ?? 1))
    assert.equal(
      counted.reduce((sum, count) => sum + count, 0),
      world.keeper.keeper.failedLogins.total - total,
    )
    assert.equal(world.keeper.keeper.failedLogins.total - total, 10_000)
  })

  test('while the keeper is sealed tell nothing of who came', async () => {
    const { total } = world.keeper.keeper.failedLogins
    world.keeper.ports.seal.seal()
    await comeIn(STRANGER, '198.51.100.1').catch(() => undefined)
    assert.equal(world.keeper.keeper.failedLogins.total, total)
  })
})

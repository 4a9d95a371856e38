/** What is refused, how it is told, and that nothing secret is told with it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ERROR_CODES, KeeperError } from '@claviger/core'
import { FailureLimit } from '../../../src/authenticate/failure-limit.ts'
import { PROBLEM_CODES, wireError } from '../../../src/protocols/rest/errors.ts'
import { problemOf } from '../../../src/protocols/rest/problem.ts'
import { OpenApiDocument } from './document.ts'
import { CANARY, CANARY_BASE64, expectRefusal, type Refused } from './refusal.ts'
import { ask, openInitialized, openWorld, pick, type TestWorld } from './test-world.ts'

let world: TestWorld
let refused: Refused
let document: OpenApiDocument

before(async () => {
  world = await openInitialized()
  refused = expectRefusal(world)
  document = await OpenApiDocument.read(world)
  await ask(world, '/v1/keys', { body: { name: 'k', spec: 'aes-256' } })
})
after(() => world.close())

test('every code of the domain has a status, and every problem its shape', () => {
  for (const code of ERROR_CODES) assert.ok(wireError(code).status >= 400)
  assert.ok(PROBLEM_CODES.length > ERROR_CODES.length)
  for (const code of ERROR_CODES) {
    const { body, status, headers } = problemOf(new KeeperError(code, 'why'), () => '')
    assert.equal(pick(JSON.parse(body), 'status'), status)
    assert.equal(headers.includes('Retry-After'), 'retryAfterSeconds' in wireError(code))
    assert.equal(headers.includes('WWW-Authenticate'), code === 'unauthenticated')
  }
})

test('strangers fill neither the log nor the memory, by failing or by asking', async () => {
  for (const open of [openInitialized, openWorld]) {
    for (const [path, body] of [
      ['/v1/seal/unseal', { share: 'clv-share' }],
      ['/v1/seal/check-share', { share: 'clv-share' }],
      ['/v1/seal/initialize', { method: { kind: 'shamir' } }],
    ] as const) {
      const limit = { clock: { now: () => 0 }, failuresMax: 3, failureSeconds: 3, peersMax: 10 }
      const other = await open({ attempts: new FailureLimit(limit) })
      const before = other.log.size
      const statuses: number[] = []
      for (let attempt = 0; attempt < 5; attempt++) {
        statuses.push((await ask(other, path, { body, token: undefined })).status)
      }
      const written = other.log.size - before
      await other.close()
      assert.deepEqual(statuses.slice(3), [429, 429], path)
      assert.ok(statuses.slice(0, 3).every((status) => status !== 429))
      assert.ok(written <= 3, `${path} wrote ${written} entries`)
    }
  }
  const large = { body: { share: 'x'.repeat(65 * 1024) }, token: undefined }
  assert.equal((await ask(world, '/v1/seal/check-share', large)).status, 413)
})

describe('credentials', () => {
  const paths = ['/v1/keys', '/v1/whoami', '/v1/keys/k', '/metrics', '/v1/audit/checkpoint']

  test('are asked for everywhere but at the doors that say so', async () => {
    for (const path of paths) {
      for (const token of [undefined, 'clv_nonsense', CANARY]) {
        const { headers } = await refused(path, { token }, 401, 'unauthenticated')
        assert.match(headers.get('www-authenticate') ?? '', /^Bearer /)
      }
    }
    const body = { plaintext: CANARY_BASE64 }
    const asked = { body, token: CANARY }
    await refused('/v1/keys/k/encrypt', asked, 401, 'unauthenticated')
    const basic = { headers: { authorization: `Basic ${CANARY_BASE64}` } }
    await refused('/v1/keys/k/encrypt', { body, ...basic }, 401, 'unauthenticated')
    await refused('/v1/seal/seal', { body: {}, token: undefined }, 401, 'unauthenticated')
  })

  test('a policy denies alike on both paths, and names the entry that says so', async () => {
    world.denied.add('key.encrypt').add('key.get')
    const body = { plaintext: CANARY_BASE64 }
    const answers = [
      await refused('/v1/keys/k/encrypt', { body }, 403, 'denied'),
      await refused('/v1/keys/k', {}, 403, 'denied'),
      await refused('/v1/keys/unknown', {}, 403, 'denied'),
    ]
    world.denied.clear()
    for (const { body: problem, headers } of answers) {
      assert.equal(headers.get('claviger-entry'), String(problem['entry']))
      const event = JSON.parse(world.log.entries[problem['entry'] as number] as string) as object
      assert.equal(pick(event, 'outcome'), 'denied')
    }
  })
})

describe('the domain refuses', () => {
  const created = (name: string, spec: string, more: object = {}) =>
    ask(world, '/v1/keys', { body: { name, spec, ...more } })

  test('each in its own words', async () => {
    await refused('/v1/keys', { body: { name: 'k', spec: 'aes-256' } }, 409, 'conflict')
    await refused('/v1/keys', { body: { name: 'K!', spec: 'aes-256' } }, 400, 'invalid-input')
    await created('waiting', 'aes-256', { activate: false })
    await refused('/v1/keys/waiting/encrypt', { body: { plaintext: '' } }, 409, 'wrong-state')
    await refused('/v1/keys/waiting/resume', { body: {} }, 409, 'wrong-state')
    await refused('/v1/keys/k/sign', { body: { message: '' } }, 422, 'wrong-usage')
    await refused('/v1/keys/k/public-key', {}, 422, 'wrong-usage')
    await refused(
      '/v1/keys/k/encrypt',
      { body: { plaintext: '', mechanism: 'aes-cbc' } },
      422,
      'algorithm-disallowed',
    )
    await created('few', 'aes-256', { limits: { invocationsMax: 1 } })
    await ask(world, '/v1/keys/few/encrypt', { body: { plaintext: '' } })
    await refused('/v1/keys/few/encrypt', { body: { plaintext: '' } }, 409, 'limit-reached')
    await created('kek', 'aes-256', { purpose: 'wrap' })
    await refused('/v1/keys/kek/wrap', { body: { target: 'k' } }, 409, 'not-exportable')
    await refused('/v1/keys/kek/wrap', { body: {} }, 400, 'invalid-input')
    await created('stopped', 'aes-256')
    const { body } = await ask(world, '/v1/keys/stopped/encrypt', {
      body: { plaintext: CANARY_BASE64 },
    })
    const ciphertext = body['ciphertext']
    await ask(world, '/v1/keys/stopped/suspend', { body: { reason: 'a doubt' } })
    await refused(
      '/v1/keys/stopped/decrypt',
      { body: { ciphertext } },
      409,
      'risk-not-acknowledged',
    )
    const risk = await ask(world, '/v1/keys/stopped/decrypt', {
      body: { ciphertext, acknowledgeRisk: true },
    })
    assert.equal(risk.body['plaintext'], CANARY_BASE64)
    await refused('/v1/keys/k/decrypt', { body: { ciphertext } }, 400, 'invalid-input')
    await refused('/v1/objects/none', {}, 404, 'not-found')
    await refused(
      '/v1/principals',
      { body: { name: 'p', kind: 'person', roles: ['king'] } },
      400,
      'invalid-input',
    )
    await refused('/v1/tokens/none', { method: 'DELETE' }, 404, 'not-found')
    await refused(
      '/v1/policies/p',
      { method: 'PUT', body: { text: 'nonsense' } },
      400,
      'invalid-input',
    )
    const two = { share: CANARY, passphrase: CANARY }
    await refused('/v1/seal/unseal', { body: two, token: undefined }, 400, 'invalid-input')
    await refused(
      '/v1/seal/rekey',
      { body: { method: { kind: 'shamir' }, authorization: [] } },
      400,
      'invalid-input',
    )
  })

  test('a decryption that fails says nothing of why', async () => {
    const { body } = await ask(world, '/v1/keys/k/encrypt', {
      body: { plaintext: CANARY_BASE64, aad: '' },
    })
    const good = Buffer.from(String(body['ciphertext']).slice(5), 'base64url')
    const told = new Set<string>()
    for (const place of [good.length - 1, good.length - 17, 26, 30]) {
      const bad = Buffer.from(good)
      bad[place] = (bad[place] as number) ^ 1
      const ciphertext = `clv1:${bad.toString('base64url')}`
      const answered = await refused(
        '/v1/keys/k/decrypt',
        { body: { ciphertext } },
        422,
        'authentication-failed',
      )
      const { entry: _differs, ...rest } = answered.body
      told.add(JSON.stringify(rest))
    }
    assert.equal(told.size, 1)
  })

  test('while the log refuses, nothing is answered, and health says so', async () => {
    world.log.failure = new KeeperError('log-unavailable', 'the audit log cannot be written')
    const data = await refused(
      '/v1/keys/k/encrypt',
      { body: { plaintext: '' } },
      503,
      'log-unavailable',
    )
    assert.equal(data.headers.get('retry-after'), '5')
    await refused('/v1/keys/k', {}, 503, 'log-unavailable')
    const health = await ask(world, '/health/ready', { token: undefined })
    assert.equal(`${health.status} ${String(health.body['logFailing'])}`, '503 true')
    assert.equal((await ask(world, '/health/live', { token: undefined })).status, 200)
    world.log.failure = undefined
  })
})

test('what nobody foresaw is one opaque error, reported under its incident id', async () => {
  const get = world.store.getByName.bind(world.store)
  world.store.getByName = () => Promise.reject(new Error(`connection to ${CANARY} lost`))
  const data = await refused('/v1/keys/fresh/encrypt', { body: { plaintext: '' } }, 500, 'internal')
  const managed = await refused('/v1/keys/fresh', {}, 500, 'internal')
  world.store.getByName = get
  assert.deepEqual([data.body['incident'], managed.body['incident']], ['incident-1', 'incident-2'])
  assert.match(String(world.reported[0]), /connection to/)
  assert.equal(data.body['detail'], managed.body['detail'])
  assert.ok(document.operations.length > 60)
})

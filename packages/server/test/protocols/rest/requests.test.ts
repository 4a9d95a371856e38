/** Requests that are not as they should be, alike on the hand-written path and on the other. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CANARY, expectRefusal, type Refused, sendRaw } from './refusal.ts'
import { ask, openInitialized, pick, type TestWorld } from './test-world.ts'

let world: TestWorld
let refused: Refused

before(async () => {
  world = await openInitialized()
  refused = expectRefusal(world)
  await ask(world, '/v1/keys', { body: { name: 'k', spec: 'aes-256' } })
})
after(() => world.close())

describe('requests', () => {
  const encrypt = '/v1/keys/k/encrypt'

  test('what takes no body says so of one', async () => {
    const lost = { body: { windowDays: 0 }, method: 'POST' }
    await refused('/v1/keys/k/resume', { ...lost, body: { why: CANARY } }, 400, 'invalid-input')
    await refused(
      '/v1/tokens/none',
      { method: 'DELETE', body: { now: true } },
      400,
      'invalid-input',
    )
    await refused('/v1/tokens/none', { method: 'DELETE', body: {} }, 404, 'not-found')
  })

  test('routes and methods', async () => {
    await refused('/v1/nothing', {}, 404, 'no-such-route')
    await refused('/', {}, 404, 'no-such-route')
    await refused('/v1/keys/', {}, 400, 'invalid-input')
    await refused('/v1/Keys', {}, 404, 'no-such-route')
    for (const [path, method, allow] of [
      [encrypt, 'GET', 'POST'],
      ['/v1/keys', 'DELETE', 'POST, GET, HEAD'],
      ['/v1/keys/k', 'OPTIONS', 'GET, PATCH, HEAD'],
      ['/health', 'POST', 'GET, HEAD'],
      ['/docs', 'PUT', 'GET, HEAD'],
    ] as const) {
      const { headers } = await refused(path, { method }, 405, 'method-not-allowed')
      assert.equal(headers.get('allow'), allow)
    }
    const head = await ask(world, '/v1/keys/k', { method: 'HEAD' })
    assert.equal(`${head.status}${head.text}`, '200')
    assert.equal((await ask(world, '/v1/keys/none', { method: 'HEAD' })).status, 404)
    const override = { 'x-http-method-override': 'DELETE' }
    await refused('/v1/keys/k', { headers: override }, 400, 'invalid-input')
  })

  test('references that are not well encoded or too long', async () => {
    await refused('/v1/keys/%ff', {}, 400, 'invalid-input')
    const body = { plaintext: '' }
    await refused('/v1/keys/%ff/encrypt', { body }, 400, 'invalid-input')
    await refused('/v1/keys/a/b/encrypt', { body }, 400, 'invalid-input')
    await refused(`/v1/keys/${'a'.repeat(129)}/encrypt`, { body }, 400, 'invalid-input')
    await refused('/v1/keys//encrypt', { body }, 400, 'invalid-input')
    await refused(`${encrypt}?x=1`, { body }, 400, 'invalid-input')
    await refused('/v1/keys/none/encrypt', { body }, 404, 'not-found')
  })

  test('content types and encodings', async () => {
    for (const path of [encrypt, '/v1/keys']) {
      for (const type of ['text/plain', 'application/json; charset=latin1', 'application/jsonx']) {
        const headers = { 'content-type': type }
        await refused(path, { raw: '{}', headers }, 415, 'unsupported-media-type')
      }
      await refused(path, { raw: new Uint8Array([0x7b, 0xff, 0x7d]) }, 400, 'invalid-input')
    }
    const headers = { 'content-type': 'application/json;charset=UTF-8' }
    assert.equal((await ask(world, encrypt, { raw: '{"plaintext":""}', headers })).status, 200)
  })

  test('hostile JSON, alike on both paths', async () => {
    const bodies = [
      '',
      '[]',
      'null',
      '"text"',
      '{',
      '{"plaintext":"',
      `{"plaintext":"${CANARY}"`,
      '{"plaintext":"","plaintext":""}',
      '{"a":{"b":1,"b":2}}',
      '{"__proto__":{}}',
      '{"context":{"__proto__":"x"}}',
      `{"context":{"\\u005f_proto__":"x"}}`,
      '{"plaintext":"",}',
      '{"plaintext":""}{}',
      `${'['.repeat(100_000)}`,
      `{"a":${'{"a":'.repeat(20)}1${'}'.repeat(21)}`,
      '{"plaintext":"\\"}',
      '{"constructor":1}',
      `{"${CANARY}":1}`,
    ]
    for (const raw of bodies) {
      await refused(encrypt, { raw }, 400, 'invalid-input')
      if (raw !== '') await refused('/v1/keys', { raw }, 400, 'invalid-input')
    }
  })

  test('fields that do not fit name their place and never their value', async () => {
    const cases: readonly (readonly [object, string])[] = [
      [{}, 'plaintext'],
      [{ plaintext: 1 }, 'plaintext'],
      [{ plaintext: `${CANARY}!` }, 'plaintext'],
      [{ plaintext: 'AB==' }, 'plaintext'],
      [{ plaintext: 'A-__' }, 'plaintext'],
      [{ plaintext: ' AAAA' }, 'plaintext'],
      [{ plaintext: '', mechanism: CANARY }, 'mechanism'],
      [{ plaintext: '', context: [] }, 'context'],
      [{ plaintext: '', context: { a: 1 } }, 'context'],
      [{ plaintext: '', acknowledgeRisk: 'yes' }, 'acknowledgeRisk'],
      [{ plaintext: '', other: CANARY }, 'the body'],
      [{ items: [] }, 'items'],
      [{ items: {} }, 'items'],
      [{ items: [{ plaintext: '' }, null] }, 'items'],
      [{ items: [{ plaintext: '' }, { plaintext: 2 }] }, 'items[1].plaintext'],
      [{ items: [{ plaintext: '', more: 1 }] }, 'items[0]'],
      [{ items: [{ plaintext: '' }], plaintext: '' }, 'the body'],
    ]
    for (const [body, field] of cases) {
      const answered = await refused(encrypt, { body }, 400, 'invalid-input')
      assert.equal(pick(answered.body, 'details.field'), field)
    }
    const managed: readonly (readonly [object, string])[] = [
      [{}, 'the body'],
      [{ name: 'x', spec: CANARY }, 'spec'],
      [{ name: 'x', spec: 'aes-256', limits: { bytesMax: 0 } }, 'limits.bytesMax'],
      [{ name: 'x', spec: 'aes-256', labels: { a: 1 } }, 'labels.a'],
      [{ name: 'x', spec: 'aes-256', [CANARY]: 1 }, 'the body'],
      [{ name: 'x', spec: 'aes-256', activate: 'tomorrow' }, 'activate'],
    ]
    for (const [body, field] of managed) {
      const answered = await refused('/v1/keys', { body }, 400, 'invalid-input')
      assert.equal(pick(answered.body, 'details.field'), field)
    }
    const activate = '2026-02-30T00:00:00Z'
    await refused(
      '/v1/keys',
      { body: { name: 'x', spec: 'aes-256', activate } },
      400,
      'invalid-input',
    )
    for (const query of [
      'limit=0',
      'limit=x',
      'limit=1&limit=2',
      `${CANARY}=1`,
      'state=gone',
      'descending=1',
    ]) {
      await refused(`/v1/keys?${query}`, {}, 400, 'invalid-input')
    }
  })

  test('sizes: the whole body, the items, one payload, the context', async () => {
    const items = Array.from({ length: 1_001 }, () => ({ plaintext: '' }))
    await refused(encrypt, { body: { items } }, 413, 'too-large')
    const plaintext = Buffer.alloc(4 * 1024 * 1024 + 1).toString('base64')
    await refused(encrypt, { body: { plaintext } }, 413, 'too-large')
    const context = { a: 'x'.repeat(9_000) }
    await refused(encrypt, { body: { plaintext: '', context } }, 413, 'too-large')
    const surrogate = { raw: '{"plaintext":"","context":{"a":"\\ud800"}}' }
    await refused(encrypt, surrogate, 400, 'invalid-input')
    for (const path of [encrypt, '/v1/keys']) {
      const head = [
        `POST ${path} HTTP/1.1`,
        'Host: x',
        `Authorization: Bearer ${world.tokens['administrator']}`,
        'Content-Type: application/json',
      ]
      const declared = await sendRaw(world, [...head, 'Content-Length: 99999999', '', ''])
      assert.match(declared, /^HTTP\/1\.1 413 /)
      assert.match(declared, /connection: close/i)
      const chunk = 'x'.repeat(1 << 20)
      const chunks = Array.from({ length: 9 }, () => `100000\r\n${chunk}`)
      const chunked = await sendRaw(world, [
        ...head,
        'Transfer-Encoding: chunked',
        '',
        ...chunks,
        '0',
        '',
        '',
      ])
      assert.match(chunked, /^HTTP\/1\.1 413 /)
    }
  })

  test('a refusal keeps the connection, unless too much of the request is unread', async () => {
    const head = (bytes: number): readonly string[] => [
      'POST /v1/keys/k/encrypt HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${bytes}`,
      '',
      '',
    ]
    assert.doesNotMatch(await sendRaw(world, head(100)), /connection: close/i)
    assert.match(await sendRaw(world, head(100_000)), /connection: close/i)
  })

  test('headers: request ids, entity tags, idempotency keys', async () => {
    const long = { 'claviger-request-id': 'x'.repeat(129) }
    await refused('/v1/keys/k', { headers: long }, 400, 'invalid-input')
    await refused(encrypt, { body: { plaintext: '' }, headers: long }, 400, 'invalid-input')
    const named = { 'claviger-request-id': 'order 42' }
    const { body } = await ask(world, encrypt, { body: { plaintext: '' }, headers: named })
    const event = JSON.parse(world.log.entries[body['entry'] as number] as string) as object
    assert.equal(pick(event, 'request'), 'order 42')
    const update = { method: 'PATCH', body: { owner: 'x' } }
    for (const tag of ['1', 'W/"1"', '"x"', '"1","2"']) {
      await refused('/v1/keys/k', { ...update, headers: { 'if-match': tag } }, 400, 'invalid-input')
    }
    const stale = await refused(
      '/v1/keys/k',
      { ...update, headers: { 'if-match': '"9"' } },
      412,
      'precondition-failed',
    )
    assert.equal(pick(stale.body, 'details.revision'), 1)
    await refused('/v1/keys', { headers: { 'if-match': '"1"' } }, 400, 'invalid-input')
    const keyed = { 'idempotency-key': 'x' }
    await refused('/v1/random', { body: { lengthBytes: 1 }, headers: keyed }, 400, 'invalid-input')
    const bad = { 'idempotency-key': 'a b' }
    await refused(
      '/v1/keys',
      { body: { name: 'y', spec: 'aes-256' }, headers: bad },
      400,
      'invalid-input',
    )
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import { ClavigerError, type FetchLike } from '../src/index.ts'
import { fakeKeeper, problem } from './fake-keeper.ts'

describe('requests', () => {
  test('encode names as one segment and carry the token', async () => {
    const { client, seen } = fakeKeeper([{ body: { key: {}, entry: 7 } }])
    const { entry } = await client.keys.get('app/payments')
    assert.equal(entry, 7)
    assert.equal(seen[0]?.path, '/v1/keys/app%2Fpayments')
    assert.equal(seen[0]?.method, 'GET')
    assert.equal(seen[0]?.headers['authorization'], 'Bearer a-token')
  })

  test('carry bytes as base64 both ways', async () => {
    const { client, seen } = fakeKeeper([{ body: { plaintext: 'aGk=', version: 1, entry: 3 } }])
    const answer = await client.decrypt('k', {
      ciphertext: 'clv1:AA',
      aad: Uint8Array.of(1, 2),
    })
    assert.deepEqual(seen[0]?.body, { ciphertext: 'clv1:AA', aad: 'AQI=' })
    assert.deepEqual(answer.plaintext, Uint8Array.of(0x68, 0x69))
  })

  test('leave out what is undefined, and send the seen revision', async () => {
    const { client, seen } = fakeKeeper([{ body: { key: {}, entry: 0 } }])
    await client.keys.update('k', { description: 'x', owner: undefined }, { expectedRevision: 4 })
    assert.deepEqual(seen[0]?.body, { description: 'x' })
    assert.equal(seen[0]?.headers['if-match'], '"4"')
  })

  test('name every filter, labels once for each', async () => {
    const { client, seen } = fakeKeeper([{ body: { keys: [], damaged: [], entry: 0 } }])
    await client.keys.page({ labels: { a: '1', b: '2' }, state: 'active', limit: 10 })
    assert.equal(seen[0]?.path, '/v1/keys?state=active&limit=10&label=a%3D1&label=b%3D2')
  })

  test('take the entry from the header where the body has none', async () => {
    const { client } = fakeKeeper([{ body: { ok: true }, headers: { 'claviger-entry': '12' } }])
    const answer = await client.policies.get('p')
    assert.equal(answer.entry, 12)
  })
})

describe('repeating', () => {
  test('a creation is repeated with the same idempotency key', async () => {
    const { client, seen, pauses } = fakeKeeper([
      problem('store-unavailable', 503),
      { status: 201, body: { key: {}, entry: 1 } },
    ])
    await client.keys.create({ name: 'k', spec: 'aes-256' })
    const keys = seen.map(({ headers }) => headers['idempotency-key'])
    assert.equal(keys.length, 2)
    assert.equal(keys[0], keys[1])
    assert.match(keys[0] ?? '', /^[a-z0-9-]{30,64}$/)
    assert.equal(pauses.length, 1)
  })

  test('two creations have two keys', async () => {
    const { client, seen } = fakeKeeper([{ body: { key: {}, entry: 1 } }])
    await client.keys.create({ name: 'k', spec: 'aes-256' })
    await client.keys.create({ name: 'k', spec: 'aes-256' })
    assert.notEqual(seen[0]?.headers['idempotency-key'], seen[1]?.headers['idempotency-key'])
  })

  test('a change is not repeated', async () => {
    const { client, seen } = fakeKeeper([problem('store-unavailable', 503)])
    await assert.rejects(client.keys.rotate('k'), { code: 'store-unavailable' })
    assert.equal(seen.length, 1)
  })

  test('a connection that fails is tried again, and then told of with the reason', async () => {
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    const { client, seen } = fakeKeeper([new TypeError('fetch failed', { cause: refused })])
    await assert.rejects(
      client.keys.get('k'),
      (error) =>
        error instanceof ClavigerError &&
        error.code === 'unreachable' &&
        error.message === 'https://keeper.example:8420 cannot be reached (ECONNREFUSED)',
    )
    assert.equal(seen.length, 4)
  })

  test('waits at least as long as the keeper asks', async () => {
    const busy = { ...problem('rate-limited', 429), headers: { 'retry-after': '2' } }
    const { client, pauses } = fakeKeeper([busy, { body: { items: [] } }])
    await client.keys.get('k')
    assert.deepEqual(pauses, [2_000])
  })

  test('a sealed keeper is not waited for', async () => {
    const { client, seen } = fakeKeeper([problem('sealed', 503)])
    await assert.rejects(client.keys.get('k'), { code: 'sealed', status: 503 })
    assert.equal(seen.length, 1)
  })

  test('a token is asked for again under one idempotency key, so that it is made once', async () => {
    const { client, seen } = fakeKeeper([
      problem('store-unavailable', 503),
      problem('conflict', 409),
    ])
    const made = client.tokens.create('p', { lifetimeSeconds: 60 })
    await assert.rejects(made, { code: 'conflict' })
    assert.equal(seen.length, 2)
    const [first, second] = seen.map(({ headers }) => headers['idempotency-key'])
    assert.ok(first !== undefined && first === second)
  })
})

describe('errors', () => {
  test('carry what the problem says', async () => {
    const { client } = fakeKeeper([
      problem('denied', 403, { detail: 'no policy allows it', details: { action: 'x' }, entry: 9 }),
    ])
    await assert.rejects(client.keys.get('k'), {
      name: 'ClavigerError',
      code: 'denied',
      message: 'no policy allows it',
      status: 403,
      details: { action: 'x' },
      entry: 9,
    })
  })

  test("an answer that is not a keeper's is called so", async () => {
    for (const answer of [
      { status: 502, body: '<html>' },
      { status: 400, body: { code: '__proto__' } },
      { status: 200, body: '<html>' },
    ]) {
      const { client } = fakeKeeper([answer])
      await assert.rejects(client.keys.get('k'), { code: 'unexpected-answer' })
    }
  })

  test('the caller may stop waiting', async () => {
    const { client } = fakeKeeper([new Error('aborted')])
    const reason = new Error('enough')
    await assert.rejects(
      client.keys.get('k', { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    )
  })

  test('never show the token', async () => {
    const { client } = fakeKeeper([new Error('x')], { retries: 0 })
    await assert.rejects(client.keys.get('k'), (error: Error) => {
      assert.ok(!inspect(error).includes('a-token'))
      return true
    })
  })
})

describe('paging and batches', () => {
  test('lists go on to the last page', async () => {
    const { client, seen } = fakeKeeper([
      { body: { keys: [{ name: 'a' }], next: 'n1', damaged: [], entry: 0 } },
      { body: { keys: [{ name: 'b' }], damaged: [], entry: 0 } },
    ])
    const names: string[] = []
    for await (const { name } of client.keys.list({ owner: 'me' })) names.push(name)
    assert.deepEqual(names, ['a', 'b'])
    assert.equal(seen[1]?.path, '/v1/keys?owner=me&after=n1')
  })

  test('a batch answers each item on its own', async () => {
    const { client, seen } = fakeKeeper([
      {
        body: {
          items: [
            { valid: true, version: 1 },
            { error: { code: 'too-large', status: 413, detail: 'x' } },
          ],
          entry: 5,
        },
      },
    ])
    const message = Uint8Array.of(1)
    const items = [
      { message, signature: message },
      { message, signature: message },
    ]
    const results = []
    for await (const result of client.batch('verify', 'k', items)) results.push(result)
    assert.equal(results[0]?.ok, true)
    assert.equal(results[1]?.ok === false && results[1].error.code, 'too-large')
    assert.deepEqual(seen[0]?.body, {
      items: [
        { message: 'AQ==', signature: 'AQ==' },
        { message: 'AQ==', signature: 'AQ==' },
      ],
    })
  })

  test('a batch is cut where a call takes no more', async () => {
    const fetch: FetchLike = async (_url, { body }) => {
      const { items } = JSON.parse(body ?? '') as { items: unknown[] }
      sizes.push(items.length)
      const text = JSON.stringify({ items: items.map(() => ({ mac: 'AA==' })), entry: 1 })
      return { status: 200, headers: { get: () => null }, text: async () => text }
    }
    const sizes: number[] = []
    const { client } = fakeKeeper([], { fetch })
    const items = Array.from({ length: 2_300 }, () => ({ message: Uint8Array.of(1) }))
    let count = 0
    for await (const result of client.batch('mac', 'k', items)) count += result.ok ? 1 : 0
    assert.equal(count, 2_300)
    assert.deepEqual(sizes, [1_000, 1_000, 300])
  })
})

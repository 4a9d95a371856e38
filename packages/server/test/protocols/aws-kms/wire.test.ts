import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  DEFAULT_TENANT,
  INTERNAL_REQUEST,
  internalSession,
  revokeToken,
  updatePrincipal,
} from '@claviger/core'
import type { HttpRequest } from '@claviger/sigv4'
import { mutateRequest, randomFrom } from '../../../../sigv4/test/mutate-request.ts'
import { type SampleOptions, sdkRequest } from '../../../../sigv4/test/signed-sample.ts'
import { type Answer, REGION, WireWorld } from './wire-world.ts'

const MUTATIONS = Number(process.env['CLAVIGER_AWS_MUTATIONS'] ?? 200_000)
const SEED = Number(process.env['CLAVIGER_FUZZ_SEED'] ?? 1)
const MINUTE = 60_000

let world: WireWorld
before(async () => {
  world = await WireWorld.open()
})
after(() => world.close())

const RANDOM: SampleOptions = { action: 'GenerateRandom', body: '{"NumberOfBytes":16}' }

function signed(options: SampleOptions = RANDOM): Promise<HttpRequest> {
  const { credentials } = world
  return sdkRequest({ credentials, region: REGION, at: world.clock.at, ...RANDOM, ...options })
}

function refused(answer: Answer, exception: string, status = 400): void {
  const { body, headers } = answer
  assert.deepEqual([body['__type'], answer.status], [exception, status], JSON.stringify(body))
  assert.equal(headers['x-amzn-errortype'], exception)
  assert.equal(headers['content-type'], 'application/x-amz-json-1.1')
  assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
  assert.equal(typeof body['message'], 'string')
}

describe('a call', () => {
  test('is answered in AWS JSON 1.1, and the log has its request id', async () => {
    const { status, headers, body } = await world.send(await signed())
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(headers['content-type'], 'application/x-amz-json-1.1')
    assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
    assert.equal(Buffer.from(String(body['Plaintext']), 'base64').length, 16)
  })

  test('goes to REST by its path and token, and to AWS by its headers, on one listener', async () => {
    const health = { method: 'GET', target: '/health', headers: {}, body: new Uint8Array() }
    assert.equal((await world.send(health)).body['ready'], true)
    const { 'x-amz-target': _none, ...headers } = (await signed()).headers
    refused(await world.send({ ...(await signed()), headers }), 'InvalidSignatureException')
    refused(
      await world.send({
        method: 'POST',
        target: '/',
        headers: { 'x-amz-target': 'TrentService.ListKeys' },
        body: encodeUtf8('{}'),
      }),
      'MissingAuthenticationTokenException',
    )
  })

  test('finds nothing but AWS on the listener of AWS', async () => {
    assert.equal((await world.send(await signed(), world.own)).status, 200)
    const health = { method: 'GET', target: '/health', headers: {}, body: new Uint8Array() }
    refused(await world.send(health, world.own), 'MissingAuthenticationTokenException')
  })

  test('in clear is not heard', async () => {
    for (const { port } of [world.main, world.own]) {
      const { headers, body } = await signed()
      await assert.rejects(
        new Promise((resolve, reject) => {
          const sent = httpRequest(
            { host: '127.0.0.1', port, method: 'POST', headers: headers as {} },
            resolve,
          )
          sent.on('error', reject)
          sent.end(body)
        }),
      )
    }
  })
})

describe('what is not a call', () => {
  test('has an action that nobody knows', async () => {
    for (const options of [
      { action: 'Nonsense' },
      { action: '__proto__' },
      { action: 'constructor' },
      { action: '' },
      { headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } },
      { headers: { 'content-type': 'application/json' } },
      { headers: { 'content-type': 'application/x-amz-json-1.0' } },
    ]) {
      refused(await world.ask(await signed(options)), 'UnknownOperationException')
    }
  })

  test('has a body that is no JSON object', async () => {
    for (const body of ['{', '[]', '1', '"a"', 'null', '{}x', '\ufeff{}', '{"a":1,}']) {
      refused(await world.ask(await signed({ body })), 'SerializationException')
    }
    const deep = '['.repeat(200_000)
    refused(await world.ask(await signed({ body: deep })), 'SerializationException')
  })

  test('has a body that is too large', async () => {
    const body = `{"a":"${'x'.repeat(1024 * 1024)}"}`
    refused(await world.send(await signed({ body })), 'ValidationException')
  })
})

describe('whose call it is', () => {
  test('depends on the signature, by AWS’s own names for what is wrong', async () => {
    const wrong = { ...world.credentials, secretAccessKey: 'x'.repeat(40) }
    refused(await world.ask(await signed({ credentials: wrong })), 'InvalidSignatureException')
    const unknown = { ...world.credentials, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    const answer = await world.ask(await signed({ credentials: unknown }))
    refused(answer, 'UnrecognizedClientException')
    assert.equal(answer.body['message'], 'The security token included in the request is invalid.')
    const { headers, ...rest } = await signed()
    const cut = String(headers['authorization']).replace(/, Signature=.*/, '')
    refused(
      await world.ask({ ...rest, headers: { ...headers, authorization: cut } }),
      'IncompleteSignatureException',
    )
    for (const at of [world.clock.at - 16 * MINUTE, world.clock.at + 16 * MINUTE]) {
      refused(await world.ask(await signed({ at })), 'InvalidSignatureException')
    }
    refused(await world.ask(await signed({ service: 's3' })), 'InvalidSignatureException')
    refused(await world.ask(await signed({ region: 'nowhere' })), 'InvalidSignatureException')
  })

  test('ends with the access key and with the principal, at once', async () => {
    const credentials = await world.issue('lasting')
    const session = internalSession(DEFAULT_TENANT, 'test')
    const { keeper } = world.keeper
    assert.equal((await world.ask(await signed({ credentials }))).status, 200)
    const change = (disabled: boolean) =>
      keeper.execute(
        session,
        updatePrincipal,
        { principal: 'developer', disabled },
        INTERNAL_REQUEST,
      )
    await change(true)
    refused(await world.ask(await signed({ credentials })), 'UnrecognizedClientException')
    await change(false)
    assert.equal((await world.ask(await signed({ credentials }))).status, 200)
    // By the name it has in signed requests.
    const token = credentials.accessKeyId
    await keeper.execute(session, revokeToken, { token }, INTERNAL_REQUEST)
    refused(await world.ask(await signed({ credentials })), 'UnrecognizedClientException')
  })

  test('needs the session token of a temporary access key, and ends with it', async () => {
    const credentials = await world.issue('temporary', 'developer', 600)
    assert.equal((await world.ask(await signed({ credentials }))).status, 200)
    const { sessionToken: _none, ...without } = credentials
    refused(await world.ask(await signed({ credentials: without })), 'UnrecognizedClientException')
    const now = world.clock.at
    world.clock.at = now + 11 * MINUTE
    refused(await world.ask(await signed({ credentials })), 'ExpiredTokenException')
    world.clock.at = now
  })

  test('is not believed to any number of strangers', async () => {
    const forged = { ...world.credentials, secretAccessKey: 'wrong' }
    let last = ''
    for (let count = 0; count < 25; count++) {
      const answer = await world.send(await signed({ credentials: forged }))
      last = String(answer.body['__type'])
      assert.equal(answer.status, 400)
    }
    assert.equal(last, 'ThrottlingException')
    // Who signs rightly is served meanwhile.
    assert.equal((await world.send(await signed())).status, 200)
  })
})

test(`none of ${MUTATIONS} mutated requests is served, and none is a fault of ours`, async () => {
  const samples = [
    await signed(),
    await signed({ credentials: await world.issue('temporary') }),
    await signed({ action: 'Encrypt', body: '{"KeyId":"a","Plaintext":"aGk="}' }),
  ]
  assert.equal((await world.ask(samples[0] as HttpRequest)).status, 200)
  const random = randomFrom(SEED)
  const complaints = world.complaints.length
  const seen = new Set<string>()
  for (let count = 0; count < MUTATIONS; count++) {
    const sample = samples[count % samples.length] as HttpRequest
    const { status, body } = await world.ask(mutateRequest(sample, random))
    assert.equal(status, 400, `mutation ${count} of seed ${SEED}: ${JSON.stringify(body)}`)
    seen.add(String(body['__type']))
  }
  assert.deepEqual([...seen].sort(), [
    'IncompleteSignatureException',
    'InvalidSignatureException',
    'MissingAuthenticationTokenException',
    'UnrecognizedClientException',
  ])
  assert.equal(world.complaints.length, complaints)
})

test('regions that the configuration does not name are refused', async () => {
  const few = await WireWorld.open([REGION])
  try {
    const { credentials } = few
    const call = { ...RANDOM, credentials, at: few.clock.at }
    assert.equal((await few.ask(await sdkRequest({ ...call, region: REGION }))).status, 200)
    refused(
      await few.ask(await sdkRequest({ ...call, region: 'eu-west-1' })),
      'InvalidSignatureException',
    )
  } finally {
    await few.close()
  }
})

test('a sealed keeper asks to try again later', async () => {
  const other = await WireWorld.open()
  try {
    const call = { ...RANDOM, credentials: other.credentials, at: other.clock.at, region: REGION }
    assert.equal((await other.ask(await sdkRequest(call))).status, 200)
    other.keeper.ports.seal.seal()
    refused(await other.ask(await sdkRequest(call)), 'KeyUnavailableException', 503)
  } finally {
    await other.close()
  }
})

test('a fault of ours is told by a number, which the operator finds with its cause', async (t) => {
  const secret = 'SQLITE_CORRUPT: /var/lib/claviger/store.db'
  const failing = t.mock.method(world.keeper.store, 'list', () => Promise.reject(new Error(secret)))
  const complaints = world.complaints.length
  const call = { action: 'ListAliases', body: '{}' }
  const answer = await world.ask(await signed(call))
  failing.mock.restore()
  refused(answer, 'KMSInternalException', 500)
  const message = String(answer.body['message'])
  assert.ok(!message.includes('SQLITE'), message)
  const [, incident = 'none'] = /incident id (\S+?)\.? /.exec(message) ?? []
  const told = world.complaints.slice(complaints).join('\n')
  assert.ok(told.includes(incident) && told.includes(secret), told)
  assert.equal((await world.ask(await signed(call))).status, 200)
})

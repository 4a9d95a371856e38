import { strict as assert } from 'node:assert'
import { createHash, randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { base64, type Output, textOf } from './aws-world.ts'
import { liar, storeInput, type UsingKeeper, usingKeeper } from './key-store-world.ts'

const HEALTHY = {
  xksProxyFleetSize: 1,
  xksProxyVendor: 'Test',
  xksProxyModel: 'Test 1',
  ekmVendor: 'Test',
  ekmFleetDetails: [{ id: 'one', model: 'Test 1', healthStatus: 'ACTIVE' }],
}
const FIT = { keySpec: 'AES_256', keyUsage: ['ENCRYPT', 'DECRYPT'], keyStatus: 'ENABLED' }
const TEXT = base64('attack at dawn')

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A proxy that pretends to encrypt: the ciphertext is the plaintext. */
function pretended(
  { plaintext, additionalAuthenticatedData }: Output,
  change: Output = {},
): Output {
  const answer: Record<string, unknown> = {
    ciphertext: plaintext,
    ciphertextMetadata: base64('v1'),
    initializationVector: base64(randomBytes(12)),
    authenticationTag: base64(randomBytes(16)),
    ...change,
  }
  const hash = createHash('sha256').update(bytes(additionalAuthenticatedData))
  const parts = ['ciphertextMetadata', 'initializationVector', 'ciphertext', 'authenticationTag']
  for (const name of parts) hash.update(bytes(answer[name]))
  return { ciphertextDataIntegrityValue: hash.digest('base64'), ...answer }
}

const bytes = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : '', 'base64')

type Liar = Awaited<ReturnType<typeof liar>>

const honest: Liar['answer'] = (path, body, response) => {
  if (path === '/health') return json(response, HEALTHY)
  if (path.endsWith('/metadata')) return json(response, FIT)
  if (path.endsWith('/encrypt')) return json(response, pretended(body))
  return json(response, { plaintext: body['ciphertext'] })
}

/** A connected store and a key in it, behind a proxy that has told no lie yet. */
async function behind(t: TestContext): Promise<{
  readonly proxy: Liar
  readonly kms: UsingKeeper
  readonly store: string
  readonly key: string
}> {
  const proxy = await liar(t)
  proxy.answer = honest
  const kms = await usingKeeper(t)
  const made = await kms.call('CreateCustomKeyStore', storeInput(proxy))
  const store = textOf(made, 'CustomKeyStoreId')
  await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId: store })
  const created = await kms.call('CreateKey', {
    Origin: 'EXTERNAL_KEY_STORE',
    CustomKeyStoreId: store,
    XksKeyId: 'outer',
  })
  return { proxy, kms, store, key: textOf(created, 'KeyMetadata.KeyId') }
}

const CANNOT_INTERPRET = /^AWS KMS cannot interpret the response from the external key store proxy/

describe('key stores', () => {
  it('are ten at most in an account and Region', async (t) => {
    const kms = await usingKeeper(t)
    const create = async (index: number): Promise<Output> => {
      const proxy = await liar(t)
      proxy.answer = honest
      return storeInput(proxy, { CustomKeyStoreName: `house ${index}` })
    }
    for (let index = 1; index <= 10; index++) {
      await kms.call('CreateCustomKeyStore', await create(index))
    }
    await kms.refused('LimitExceededException', 'CreateCustomKeyStore', await create(11))
  })
})

describe('a proxy that lies', () => {
  it('about a ciphertext is found out when it encrypts', async (t) => {
    const { proxy, kms, key } = await behind(t)
    const lies: readonly Output[] = [
      { ciphertextDataIntegrityValue: base64(randomBytes(32)) },
      { ciphertextDataIntegrityValue: undefined },
      { ciphertextDataIntegrityValue: 7 },
      { authenticationTag: base64(randomBytes(15)) },
      { initializationVector: base64(randomBytes(13)) },
      { ciphertext: base64(randomBytes(5)) },
      { ciphertext: undefined },
      { ciphertext: 'no base64' },
      { ciphertextMetadata: base64(randomBytes(21)) },
    ]
    for (const lie of lies) {
      proxy.answer = (_path, body, response) => json(response, pretended(body, lie))
      const input = { KeyId: key, Plaintext: TEXT }
      const shown = { message: CANNOT_INTERPRET }
      await kms.refused('KMSInvalidStateException', 'Encrypt', input, shown)
    }
    proxy.answer = honest
    await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
  })

  it('about a plaintext is found out by the inner encryption', async (t) => {
    const { proxy, kms, key } = await behind(t)
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
    assert.equal((await kms.call('Decrypt', { CiphertextBlob }))['Plaintext'], TEXT)
    proxy.answer = (_path, body, response) => {
      const flipped = bytes(body['ciphertext'])
      flipped[0] = (flipped[0] ?? 0) ^ 1
      json(response, { plaintext: base64(flipped) })
    }
    await kms.refused('InvalidCiphertextException', 'Decrypt', { CiphertextBlob })
    proxy.answer = (_path, _body, response) => json(response, { plaintext: TEXT })
    await kms.refused('KMSInvalidStateException', 'Decrypt', { CiphertextBlob })
  })

  it('never sees what is encrypted', async (t) => {
    const { proxy, kms, key } = await behind(t)
    let seen = ''
    proxy.answer = (_path, body, response) => {
      seen += JSON.stringify(body)
      seen += bytes(body['plaintext']).toString('latin1')
      json(response, pretended(body))
    }
    await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
    assert(seen.length > 0)
    assert(!seen.includes('attack at dawn') && !seen.includes(TEXT))
  })

  it('or stammers is answered for with a typed error', async (t) => {
    const { proxy, kms, key } = await behind(t)
    const stammers: readonly Liar['answer'][] = [
      (_path, _body, response) => json(response, 'no json'),
      (_path, _body, response) => json(response, '[]'),
      (_path, _body, response) => json(response, 'null'),
      (_path, _body, response) => json(response, ''),
      (_path, _body, response) => json(response, { padding: 'x'.repeat(100_000) }),
      (_path, _body, response) => json(response, 'internal error', 500),
      (_path, _body, response) => json(response, { errorName: '__proto__' }, 500),
      (_path, _body, response) => {
        response.writeHead(302, { Location: 'https://elsewhere.example.com/' })
        response.end('{}')
      },
      (_path, _body, response) => void response.socket?.end('no HTTP\r\n\r\n'),
    ]
    for (const answer of stammers) {
      proxy.answer = answer
      const input = { KeyId: key, Plaintext: TEXT }
      const shown = { message: CANNOT_INTERPRET }
      await kms.refused('KMSInvalidStateException', 'Encrypt', input, shown)
    }
    proxy.answer = (_path, _body, response) => void response.socket?.destroy()
    const input = { KeyId: key, Plaintext: TEXT }
    await kms.refused('KMSInvalidStateException', 'Encrypt', input)
  })

  it('says why it refuses in its own words, and they are not passed on', async (t) => {
    const { proxy, kms, key } = await behind(t)
    const texts: Readonly<Record<string, RegExp>> = {
      ValidationException: CANNOT_INTERPRET,
      InvalidStateException: /is not enabled in the external HSM/,
      InvalidKeyUsageException: /does not support the requested operation/,
      AuthenticationFailedException: /could not authenticate AWS KMS/,
      AccessDeniedException: /denied access to the operation/,
      KeyNotFoundException: /was not found in its external HSM/,
      InvalidUriPathException: /invalid URI path/,
      ThrottlingException: /very high request rate/,
      UnsupportedOperationException: /does not support the requested operation/,
      DependencyTimeoutException: /did not respond to the request in the time allotted/,
      InternalException: /cannot communicate with the external HSM/,
      InventedException: CANNOT_INTERPRET,
    }
    for (const [errorName, message] of Object.entries(texts)) {
      proxy.answer = (_path, _body, response) =>
        json(response, { errorName, errorMessage: 'canary' }, 400)
      const input = { KeyId: key, Plaintext: TEXT }
      const told = await kms.refused('KMSInvalidStateException', 'Encrypt', input, { message })
      assert(!told.message.includes('canary'))
    }
  })
})

describe('connecting to a proxy', () => {
  it('that fails says why in the state of the key store', async (t) => {
    const { proxy, kms, store } = await behind(t)
    const CustomKeyStoreId = store
    const refusal =
      (errorName: string): Liar['answer'] =>
      (_path, _body, response) =>
        json(response, { errorName }, 400)
    const unavailable = [{ id: 'one', model: 'Test 1', healthStatus: 'UNAVAILABLE' }]
    const failures: readonly (readonly [string, Liar['answer']])[] = [
      ['INVALID_CREDENTIALS', refusal('AuthenticationFailedException')],
      ['XKS_PROXY_ACCESS_DENIED', refusal('AccessDeniedException')],
      ['XKS_PROXY_INVALID_CONFIGURATION', refusal('InvalidUriPathException')],
      ['XKS_PROXY_TIMED_OUT', refusal('DependencyTimeoutException')],
      ['XKS_PROXY_INVALID_RESPONSE', (_path, _body, response) => json(response, {})],
      [
        'XKS_PROXY_NOT_REACHABLE',
        (_path, _body, response) => json(response, { ...HEALTHY, ekmFleetDetails: unavailable }),
      ],
      ['XKS_PROXY_NOT_REACHABLE', (_path, _body, response) => void response.socket?.destroy()],
    ]
    for (const [errorCode, answer] of failures) {
      await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId })
      proxy.answer = answer
      assert.deepEqual(await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId }), {})
      assert.deepEqual(await kms.stateOf(store), ['FAILED', errorCode])
      const input = { CustomKeyStoreId }
      await kms.refused('CustomKeyStoreInvalidStateException', 'ConnectCustomKeyStore', input)
    }
    proxy.answer = honest
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId })
    await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId })
    assert.deepEqual(await kms.stateOf(store), ['CONNECTED', undefined])
  })

  it('that never answers ends with the time allotted', async (t) => {
    const proxy = await liar(t)
    proxy.answer = () => {}
    const kms = await usingKeeper(t, { xksTimeoutMs: 50 })
    await kms.refused('XksProxyUriUnreachableException', 'CreateCustomKeyStore', storeInput(proxy))
  })

  it('that is not what it should be makes no key store', async (t) => {
    const proxy = await liar(t)
    const kms = await usingKeeper(t)
    const [one] = HEALTHY.ekmFleetDetails
    const lies: readonly Output[] = [
      {},
      { ...HEALTHY, xksProxyVendor: 1 },
      { ...HEALTHY, xksProxyFleetSize: 'many' },
      { ...HEALTHY, ekmFleetDetails: [] },
      { ...HEALTHY, ekmFleetDetails: Array.from({ length: 11 }, () => one) },
      { ...HEALTHY, ekmFleetDetails: [null] },
      { ...HEALTHY, ekmFleetDetails: [{ ...one, healthStatus: 'FINE' }] },
    ]
    for (const lie of lies) {
      proxy.answer = (_path, _body, response) => json(response, lie)
      const input = storeInput(proxy)
      await kms.refused('XksProxyInvalidResponseException', 'CreateCustomKeyStore', input)
    }
  })
})

describe('a proxy that misdescribes a key', () => {
  it('gets no key made for it', async (t) => {
    const { proxy, kms, store } = await behind(t)
    const unfit: readonly Output[] = [
      { ...FIT, keySpec: 'AES_128' },
      { ...FIT, keyUsage: ['ENCRYPT'] },
      { ...FIT, keyStatus: 'DISABLED' },
    ]
    const garbage: readonly Output[] = [
      {},
      { ...FIT, keyStatus: 'MAYBE' },
      { ...FIT, keyUsage: 'ENCRYPT' },
      { ...FIT, keyUsage: Array.from({ length: 11 }, () => 'ENCRYPT') },
    ]
    const input = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId: store, XksKeyId: 'another' }
    const given = (metadata: Output): void => {
      proxy.answer = (_path, _body, response) => json(response, metadata)
    }
    for (const metadata of unfit) {
      given(metadata)
      await kms.refused('XksKeyInvalidConfigurationException', 'CreateKey', input)
    }
    for (const metadata of garbage) {
      given(metadata)
      await kms.refused('CustomKeyStoreInvalidStateException', 'CreateKey', input)
    }
    proxy.answer = honest
    await kms.call('CreateKey', input)
  })

  it('is told which call of whom it serves', async (t) => {
    const { proxy, kms, key } = await behind(t)
    const told: Output[] = []
    proxy.answer = (path, body, response) => {
      told.push(body['requestMetadata'] as Output)
      honest(path, body, response)
    }
    const { CiphertextBlob } = await kms.call('GenerateDataKey', { KeyId: key, KeySpec: 'AES_256' })
    await kms.call('Decrypt', { CiphertextBlob })
    assert.deepEqual(
      told.map(({ kmsOperation }) => kmsOperation),
      ['GenerateDataKey', 'Decrypt'],
    )
    const [first] = told
    assert.equal(first?.['awsPrincipalArn'], 'arn:aws:iam::111122223333:user/developer')
    assert.equal(first?.['kmsKeyArn'], `arn:aws:kms:eu-central-1:111122223333:key/${key}`)
    assert.equal(typeof first?.['kmsRequestId'], 'string')
  })
})

import { strict as assert } from 'node:assert'
import { describe, it, type TestContext } from 'node:test'
import { createKey, encrypt, rotateKey, suspendKey, resumeKey } from '@claviger/core'
import { base64, bytesOf, type Output, textOf } from './aws-world.ts'
import {
  PROXY_PATH,
  type ProxyKeeper,
  proxyKeeper,
  REQUEST,
  storeInput,
  type UsingKeeper,
  usingKeeper,
} from './key-store-world.ts'

/** A connected key store with a key that stands for `outer`. */
async function connected(t: TestContext): Promise<{
  readonly proxy: ProxyKeeper
  readonly kms: UsingKeeper
  readonly store: string
  readonly key: string
}> {
  const proxy = await proxyKeeper(t)
  const kms = await usingKeeper(t)
  const made = await kms.call('CreateCustomKeyStore', storeInput(proxy))
  const store = textOf(made, 'CustomKeyStoreId')
  await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId: store })
  const key = await kms.call('CreateKey', keyInput(store))
  return { proxy, kms, store, key: textOf(key, 'KeyMetadata.KeyId') }
}

const keyInput = (store: string, XksKeyId = 'outer'): Output => ({
  Origin: 'EXTERNAL_KEY_STORE',
  CustomKeyStoreId: store,
  XksKeyId,
})

const TEXT = base64('attack at dawn')

describe('an external key store', () => {
  it('is made, connected, shown, disconnected and deleted', async (t) => {
    const proxy = await proxyKeeper(t)
    const kms = await usingKeeper(t)
    const made = await kms.call('CreateCustomKeyStore', storeInput(proxy))
    const id = textOf(made, 'CustomKeyStoreId')
    assert.match(id, /^cks-[0-9a-f]{17}$/)
    assert.deepEqual(await kms.stateOf(id), ['DISCONNECTED', undefined])
    assert.deepEqual(await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId: id }), {})
    assert.deepEqual(await kms.stateOf(id), ['CONNECTED', undefined])
    const shown = await kms.call('DescribeCustomKeyStores', { CustomKeyStoreName: 'house' })
    assert.deepEqual(shown['Truncated'], false)
    const [entry] = shown['CustomKeyStores'] as readonly Output[]
    assert.deepEqual(entry?.['XksProxyConfiguration'], {
      Connectivity: 'PUBLIC_ENDPOINT',
      AccessKeyId: proxy.credential.AccessKeyId,
      UriEndpoint: proxy.endpoint,
      UriPath: PROXY_PATH,
    })
    assert(!JSON.stringify(shown).includes(proxy.credential.RawSecretAccessKey))
    await kms.refused('CustomKeyStoreInvalidStateException', 'DeleteCustomKeyStore', {
      CustomKeyStoreId: id,
    })
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: id })
    await kms.refused('CustomKeyStoreInvalidStateException', 'DisconnectCustomKeyStore', {
      CustomKeyStoreId: id,
    })
    await kms.call('DeleteCustomKeyStore', { CustomKeyStoreId: id })
    await kms.refused('CustomKeyStoreNotFoundException', 'DescribeCustomKeyStores', {
      CustomKeyStoreId: id,
    })
    assert.deepEqual((await kms.call('DescribeCustomKeyStores'))['CustomKeyStores'], [])
  })

  it('holds keys that encrypt and decrypt through its proxy', async (t) => {
    const { proxy, kms, store, key } = await connected(t)
    const described = await kms.call('DescribeKey', { KeyId: key })
    assert.equal(textOf(described, 'KeyMetadata.CustomKeyStoreId'), store)
    assert.equal(textOf(described, 'KeyMetadata.XksKeyConfiguration.Id'), 'outer')
    assert.equal(textOf(described, 'KeyMetadata.Origin'), 'EXTERNAL_KEY_STORE')
    const EncryptionContext = { purpose: 'test' }
    const sealed = await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT, EncryptionContext })
    const CiphertextBlob = sealed['CiphertextBlob']
    const opened = await kms.call('Decrypt', { CiphertextBlob, EncryptionContext })
    assert.equal(bytesOf(opened, 'Plaintext').toString(), 'attack at dawn')
    await kms.refused('InvalidCiphertextException', 'Decrypt', { CiphertextBlob })

    // Both logs tell of it, and the proxy's by the id of the call.
    const data = await kms.call('GenerateDataKey', { KeyId: key, KeySpec: 'AES_256' })
    const again = await kms.call('Decrypt', { CiphertextBlob: data['CiphertextBlob'] })
    assert.deepEqual(bytesOf(again, 'Plaintext'), bytesOf(data, 'Plaintext'))

    // The proxy's key may rotate at any time; what it sealed before stays open.
    await proxy.keeper.keeper.execute(proxy.developer, rotateKey, { key: 'outer' }, REQUEST)
    const later = await kms.call('Decrypt', { CiphertextBlob, EncryptionContext })
    assert.equal(bytesOf(later, 'Plaintext').toString(), 'attack at dawn')
    const largest = base64(Buffer.alloc(4_096, 3))
    const big = await kms.call('Encrypt', { KeyId: key, Plaintext: largest })
    const back = await kms.call('Decrypt', { CiphertextBlob: big['CiphertextBlob'] })
    assert.equal(back['Plaintext'], largest)
  })

  it('encrypts by the keys of both sides: neither opens it alone', async (t) => {
    const { proxy, kms, key } = await connected(t)
    const { keeper, developer } = kms.opened
    const call = { key, items: [{ plaintext: Buffer.from('attack at dawn') }] }
    const { results } = await keeper.keeper.executeData(developer, encrypt, call, REQUEST)
    assert(results[0]?.ok)
    const sizes = [results[0].value.ciphertext.length, 'attack at dawn'.length]
    // Two tags, the proxy's IV and metadata, and the frame's three bytes.
    assert.equal((sizes[0] ?? 0) - (sizes[1] ?? 0), 16 + 16 + 12 + 5 + 3)
    assert.equal(proxy.keeper.log.size > 0, true)
  })

  it('refuses its keys while the proxy is away, and serves them when it is back', async (t) => {
    const { proxy, kms, key } = await connected(t)
    const sealed = await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
    const { CiphertextBlob } = sealed
    await proxy.stop()
    const refusal = { message: /^AWS KMS cannot communicate with the external key store proxy\./ }
    const state = 'KMSInvalidStateException'
    await kms.refused(state, 'Decrypt', { CiphertextBlob }, refusal)
    await kms.refused(state, 'Encrypt', { KeyId: key, Plaintext: TEXT }, refusal)
    const data = { KeyId: key, KeySpec: 'AES_256' }
    await kms.refused(state, 'GenerateDataKey', data, refusal)
    await proxy.start()
    const opened = await kms.call('Decrypt', { CiphertextBlob })
    assert.equal(opened['Plaintext'], TEXT)
  })

  it('refuses its keys while it is disconnected', async (t) => {
    const { kms, key, store } = await connected(t)
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: store })
    await kms.refused(
      'KMSInvalidStateException',
      'Encrypt',
      { KeyId: key, Plaintext: TEXT },
      { message: /not connected to its external key store proxy/ },
    )
    await kms.call('ConnectCustomKeyStore', { CustomKeyStoreId: store })
    await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
  })

  it('says what the proxy has against a key', async (t) => {
    const { proxy, kms, key } = await connected(t)
    const { keeper } = proxy.keeper
    const target = { key: 'outer', reason: 'test' }
    await keeper.execute(proxy.developer, suspendKey, target, REQUEST)
    await kms.refused(
      'KMSInvalidStateException',
      'Encrypt',
      { KeyId: key, Plaintext: TEXT },
      { message: /is not enabled in the external HSM/ },
    )
    await keeper.execute(proxy.developer, resumeKey, target, REQUEST)
    await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
  })

  it('takes a new credential without a pause', async (t) => {
    const { proxy, kms, key, store } = await connected(t)
    const CustomKeyStoreId = store
    await kms.call('UpdateCustomKeyStore', {
      CustomKeyStoreId,
      XksProxyAuthenticationCredential: proxy.credential,
      NewCustomKeyStoreName: 'new name',
    })
    const wrong = { ...proxy.credential, RawSecretAccessKey: 'x'.repeat(43) }
    await kms.refused(
      'XksProxyIncorrectAuthenticationCredentialException',
      'UpdateCustomKeyStore',
      {
        CustomKeyStoreId,
        XksProxyAuthenticationCredential: wrong,
      },
    )
    await kms.refused('XksProxyInvalidConfigurationException', 'UpdateCustomKeyStore', {
      CustomKeyStoreId,
      XksProxyUriPath: '/nobody/kms/xks/v1',
    })
    await kms.refused('CustomKeyStoreInvalidStateException', 'UpdateCustomKeyStore', {
      CustomKeyStoreId,
      XksProxyUriEndpoint: 'https://localhost:1',
    })
    await kms.call('Encrypt', { KeyId: key, Plaintext: TEXT })
  })

  it('is not deleted while keys rest on it', async (t) => {
    const { kms, store } = await connected(t)
    await kms.call('DisconnectCustomKeyStore', { CustomKeyStoreId: store })
    const input = { CustomKeyStoreId: store }
    await kms.refused('CustomKeyStoreHasCMKsException', 'DeleteCustomKeyStore', input)
  })
})

describe('creating a key in an external key store is refused', () => {
  it('for a store that is not there or not connected', async (t) => {
    const proxy = await proxyKeeper(t)
    const kms = await usingKeeper(t)
    await kms.refused('CustomKeyStoreNotFoundException', 'CreateKey', keyInput('cks-none'))
    const made = await kms.call('CreateCustomKeyStore', storeInput(proxy))
    const input = keyInput(textOf(made, 'CustomKeyStoreId'))
    await kms.refused('CustomKeyStoreInvalidStateException', 'CreateKey', input)
  })

  it('for an external key that is in use, not there, or not fit', async (t) => {
    const { proxy, kms, store } = await connected(t)
    const { keeper } = proxy.keeper
    await kms.refused('XksKeyAlreadyInUseException', 'CreateKey', keyInput(store))
    await kms.refused('XksKeyNotFoundException', 'CreateKey', keyInput(store, 'none'))
    await kms.refused('ValidationException', 'CreateKey', keyInput(store, 'a/b'))
    const unfit = [
      { name: 'small', spec: 'aes-128' },
      { name: 'pair', spec: 'rsa-2048', purpose: 'sign' },
      { name: 'off', spec: 'aes-256' },
    ]
    for (const key of unfit) await keeper.execute(proxy.developer, createKey, key, REQUEST)
    await keeper.execute(proxy.developer, suspendKey, { key: 'off', reason: 'test' }, REQUEST)
    for (const { name } of unfit) {
      await kms.refused('XksKeyInvalidConfigurationException', 'CreateKey', keyInput(store, name))
    }
    await proxy.stop()
    const input = keyInput(store, 'other')
    await kms.refused('CustomKeyStoreInvalidStateException', 'CreateKey', input)
  })
})

describe('creating an external key store is refused', () => {
  it('for a CloudHSM cluster, and for a VPC endpoint service', async (t) => {
    const kms = await usingKeeper(t)
    const proxy = await proxyKeeper(t)
    await kms.refused('CloudHsmClusterNotFoundException', 'CreateCustomKeyStore', {
      CustomKeyStoreName: 'hsm',
      CloudHsmClusterId: 'cluster-1a23b4cdefg',
      KeyStorePassword: 'kmsPswd',
    })
    const vpc = storeInput(proxy, {
      XksProxyConnectivity: 'VPC_ENDPOINT_SERVICE',
      XksProxyVpcEndpointServiceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-example',
    })
    await kms.refused('XksProxyVpcEndpointServiceNotFoundException', 'CreateCustomKeyStore', vpc)
  })

  it('for a name or an address in use, and beyond ten', async (t) => {
    const proxy = await proxyKeeper(t)
    const kms = await usingKeeper(t)
    await kms.call('CreateCustomKeyStore', storeInput(proxy))
    const again = storeInput(proxy)
    await kms.refused('CustomKeyStoreNameInUseException', 'CreateCustomKeyStore', again)
    const other = storeInput(proxy, { CustomKeyStoreName: 'other' })
    await kms.refused('XksProxyUriInUseException', 'CreateCustomKeyStore', other)
  })

  it('for a proxy that refuses the credential or has another path', async (t) => {
    const proxy = await proxyKeeper(t)
    const kms = await usingKeeper(t)
    const name = 'CreateCustomKeyStore'
    const credential = { ...proxy.credential, RawSecretAccessKey: 'x'.repeat(43) }
    await kms.refused(
      'XksProxyIncorrectAuthenticationCredentialException',
      name,
      storeInput({ ...proxy, credential }),
    )
    const path = { XksProxyUriPath: '/team-b/kms/xks/v1' }
    await kms.refused('XksProxyInvalidConfigurationException', name, storeInput(proxy, path))
    const nobody = storeInput({ ...proxy, endpoint: 'https://localhost:1' })
    await kms.refused('XksProxyUriUnreachableException', name, nobody)
    assert.deepEqual((await kms.call('DescribeCustomKeyStores'))['CustomKeyStores'], [])
  })

  it('for a host that the operator has not let be, and for a certificate of nobody known', async (t) => {
    const proxy = await proxyKeeper(t)
    // However its name is written.
    const here = await usingKeeper(t, { xksHosts: ['LocalHost'] })
    await here.call('CreateCustomKeyStore', storeInput(proxy))
    const elsewhere = await usingKeeper(t, { xksHosts: ['xks.example.com'] })
    const name = 'CreateCustomKeyStore'
    const input = storeInput(proxy)
    await elsewhere.refused('XksProxyInvalidConfigurationException', name, input)
    const numeric = { ...proxy, endpoint: proxy.endpoint.replace('localhost', '127.0.0.2') }
    const kms = await usingKeeper(t)
    await kms.refused('XksProxyUriUnreachableException', name, storeInput(numeric))
  })

  it('for members that are missing or not of their form', async (t) => {
    const kms = await usingKeeper(t)
    const proxy = { endpoint: 'https://a.example.com', credential: GOOD }
    const bad: Output[] = [
      { CustomKeyStoreName: undefined },
      { XksProxyUriEndpoint: undefined },
      { XksProxyUriEndpoint: 'http://a.example.com' },
      { XksProxyUriEndpoint: 'https://a.example.com/path' },
      { XksProxyUriEndpoint: 'https://user@a.example.com' },
      { XksProxyUriPath: undefined },
      { XksProxyUriPath: '/kms/xks' },
      { XksProxyUriPath: '/a?b/kms/xks/v1' },
      { XksProxyConnectivity: undefined },
      { XksProxyConnectivity: 'PRIVATE' },
      { XksProxyAuthenticationCredential: undefined },
      { XksProxyAuthenticationCredential: { ...GOOD, AccessKeyId: 'a'.repeat(20) } },
      { XksProxyAuthenticationCredential: { ...GOOD, RawSecretAccessKey: 'short' } },
      { XksProxyAuthenticationCredential: { AccessKeyId: GOOD.AccessKeyId } },
      { CloudHsmClusterId: 'cluster-1a23b4cdefg' },
      { CustomKeyStoreType: 'OTHER' },
    ]
    for (const change of bad) {
      const input = storeInput(proxy, change)
      await kms.refused('ValidationException', 'CreateCustomKeyStore', input)
    }
  })
})

const GOOD = { AccessKeyId: 'A'.repeat(20), RawSecretAccessKey: 'b'.repeat(43) }

import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import type { KeyStorePort } from '../../../src/protocols/aws-kms/key-store/port.ts'
import { base64, makeAwsWorld, type Output } from './aws-world.ts'
import { keyOf } from './crypto-keys.ts'

const Plaintext = base64('attack at dawn')
const LONE = '\ud800'

describe('members that are no texts, and texts that are no text', () => {
  test('a KeyId that cannot be made a text is refused by every action that lists for a key', async () => {
    const world = makeAwsWorld()
    const actions = ['ListKeyPolicies', 'ListGrants', 'ListAliases', 'ListResourceTags']
    for (const KeyId of [{ toString: 1, valueOf: 1 }, [['x']], 7, true]) {
      for (const action of actions) await world.refused('ValidationException', action, { KeyId })
    }
  })

  test('half a surrogate pair is refused before it comes to a record', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const asked: readonly (readonly [string, Output])[] = [
      ['CreateKey', { Description: LONE }],
      ['CreateKey', { Tags: [{ TagKey: 'a', TagValue: LONE }] }],
      ['UpdateKeyDescription', { KeyId, Description: `a${LONE}` }],
      ['PutKeyPolicy', { KeyId, Policy: LONE }],
      ['GenerateRandom', { NumberOfBytes: 1, CustomKeyStoreId: LONE }],
      ['DescribeCustomKeyStores', { CustomKeyStoreName: LONE }],
    ]
    for (const [action, input] of asked) {
      await world.refused('SerializationException', action, input)
    }
  })

  test('names of the prototype are names like any other', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    // Written as JSON: in a literal `__proto__` would be the prototype.
    const both = JSON.parse('{"__proto__":"a","constructor":"b"}') as Output
    const one = JSON.parse('{"constructor":"b"}') as Output
    const ask = { KeyId, Plaintext }
    const sealed = await world.call('Encrypt', { ...ask, EncryptionContext: both })
    const { CiphertextBlob } = sealed
    await world.call('Decrypt', { CiphertextBlob, EncryptionContext: both })
    const wrong = { CiphertextBlob, EncryptionContext: one }
    await world.refused('InvalidCiphertextException', 'Decrypt', wrong)
    const Tags = [{ TagKey: '__proto__', TagValue: 'constructor' }]
    await world.call('TagResource', { KeyId, Tags })
    assert.deepEqual((await world.call('ListResourceTags', { KeyId }))['Tags'], Tags)
  })
})

describe('a key store', () => {
  const port: KeyStorePort = {
    wrapSecret: () => 'wrapped',
    probe: async () => {},
  }
  const input = {
    CustomKeyStoreName: 'house',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyUriPath: '/kms/xks/v1',
    XksProxyConnectivity: 'PUBLIC_ENDPOINT',
    XksProxyAuthenticationCredential: {
      AccessKeyId: 'A'.repeat(20),
      RawSecretAccessKey: 's'.repeat(43),
    },
  }

  test('is at an address: what only looks like one is refused and not tried', async () => {
    const world = makeAwsWorld(undefined, { keyStores: port })
    for (const host of ['localhost:99999', '1.2.3.999', '0x100000000']) {
      await world.refused('ValidationException', 'CreateCustomKeyStore', {
        ...input,
        XksProxyUriEndpoint: `https://${host}`,
      })
    }
  })

  test('has no key whose id would name another call of its proxy', async () => {
    const world = makeAwsWorld(undefined, { keyStores: port })
    const XksProxyUriEndpoint = 'https://proxy.example'
    const made = await world.call('CreateCustomKeyStore', { ...input, XksProxyUriEndpoint })
    const { CustomKeyStoreId } = made
    await world.call('ConnectCustomKeyStore', { CustomKeyStoreId })
    for (const XksKeyId of ['.', '..']) {
      await world.refused('ValidationException', 'CreateKey', {
        Origin: 'EXTERNAL_KEY_STORE',
        CustomKeyStoreId,
        XksKeyId,
      })
    }
    // It makes no random bytes either.
    const random = { NumberOfBytes: 1, CustomKeyStoreId }
    await world.refused('UnsupportedOperationException', 'GenerateRandom', random)
  })
})

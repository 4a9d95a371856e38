import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KMS } from '@aws-sdk/client-kms'
import { AwsCli, needsAwscli } from './awscli.ts'
import { AwsKeeper, bytes, refused, text } from './aws-keeper.ts'
import { proves, type Seen } from './proves.ts'

/** The house, whose keys never leave it, and a keeper that uses them from outside as AWS KMS would. */
const PREFIX = '/house'
const proxy = await AwsKeeper.start(`[aws]\nxks-prefix = "${PREFIX}"`)
const keeper = await AwsKeeper.start(
  `[aws]\nxks-authorities = ${JSON.stringify(proxy.ca)}\nxks-timeout-ms = 5000`,
)

const made = await proxy.claviger(
  'administrator',
  'aws',
  'credentials',
  'create',
  'developer',
  '--xks',
  '--format',
  'json',
)
const { AccessKeyId, SecretAccessKey } = JSON.parse(made) as Record<string, string>
await proxy.claviger('developer', 'key', 'create', 'outer', '--spec', 'aes-256')

const settings = {
  CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyUriEndpoint: proxy.endpoint,
  XksProxyUriPath: `${PREFIX}/kms/xks/v1`,
  XksProxyAuthenticationCredential: {
    AccessKeyId,
    RawSecretAccessKey: SecretAccessKey,
  },
} as const

async function stateOf(kms: KMS, CustomKeyStoreId: string): Promise<unknown> {
  const { CustomKeyStores = [] } = await kms.describeCustomKeyStores({ CustomKeyStoreId })
  return CustomKeyStores[0]?.ConnectionState
}

test(
  'an external key store is made, connected, used, changed, disconnected and deleted',
  proves(
    `CreateCustomKeyStore ConnectCustomKeyStore DescribeCustomKeyStores UpdateCustomKeyStore
     DisconnectCustomKeyStore CreateKey Encrypt Decrypt GenerateDataKey
     CustomKeyStoreHasCMKsException CustomKeyStoreInvalidStateException
     CustomKeyStoreNotFoundException KMSInvalidStateException InvalidCiphertextException
     UnsupportedOperationException XksProxyUriInUseException`,
    async (seen: Seen) => {
      const kms = keeper.sdk(seen)
      const { CustomKeyStoreId = '' } = await kms.createCustomKeyStore({
        CustomKeyStoreName: 'house',
        ...settings,
      })
      const store = { CustomKeyStoreId }
      assert.equal(await stateOf(kms, CustomKeyStoreId), 'DISCONNECTED')
      await kms.connectCustomKeyStore(store)
      assert.equal(await stateOf(kms, CustomKeyStoreId), 'CONNECTED')

      const origin = { Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'outer' } as const
      const { KeyMetadata } = await kms.createKey({ ...origin, ...store })
      const KeyId = KeyMetadata?.KeyId ?? ''
      assert.equal(KeyMetadata?.XksKeyConfiguration?.Id, 'outer')
      const EncryptionContext = { ledger: '2026' }
      const said = { KeyId, Plaintext: bytes('stays in the house'), EncryptionContext }
      const { CiphertextBlob } = await kms.encrypt(said)
      const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext })
      assert.equal(text(opened.Plaintext), 'stays in the house')
      await refused(kms.decrypt({ CiphertextBlob }), 'InvalidCiphertextException')
      const data = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
      const again = await kms.decrypt({ CiphertextBlob: data.CiphertextBlob })
      assert.deepEqual(again.Plaintext, data.Plaintext)
      await refused(kms.enableKeyRotation({ KeyId }), 'UnsupportedOperationException')

      await refused(kms.deleteCustomKeyStore(store), 'CustomKeyStoreHasCMKsException')
      const endpoint = { ...store, XksProxyUriEndpoint: 'https://elsewhere.example' }
      await refused(kms.updateCustomKeyStore(endpoint), 'CustomKeyStoreInvalidStateException')
      await kms.updateCustomKeyStore({ ...store, NewCustomKeyStoreName: 'the house' })
      await kms.disconnectCustomKeyStore(store)
      await refused(kms.encrypt(said), 'KMSInvalidStateException')
      await kms.connectCustomKeyStore(store)
      assert.equal(
        text((await kms.decrypt({ CiphertextBlob, EncryptionContext })).Plaintext),
        'stays in the house',
      )
      const missing = { CustomKeyStoreId: 'cks-1234567890abcdef0' }
      await refused(kms.describeCustomKeyStores(missing), 'CustomKeyStoreNotFoundException')

      const second = kms.createCustomKeyStore({ CustomKeyStoreName: 'second', ...settings })
      await refused(second, 'XksProxyUriInUseException')
    },
  ),
)

test(
  'a key is refused and not lost while its house is out of reach',
  proves(
    `CreateCustomKeyStore ConnectCustomKeyStore DisconnectCustomKeyStore
     Decrypt KMSInvalidStateException CustomKeyStoreHasCMKsException`,
    async (seen: Seen) => {
      const kms = keeper.sdk(seen, { region: 'eu-west-1' })
      const { CustomKeyStoreId = '' } = await kms.createCustomKeyStore({
        CustomKeyStoreName: 'house',
        ...settings,
      })
      await kms.connectCustomKeyStore({ CustomKeyStoreId })
      const { KeyMetadata } = await kms.createKey({
        Origin: 'EXTERNAL_KEY_STORE',
        XksKeyId: 'outer',
        CustomKeyStoreId,
      })
      const KeyId = KeyMetadata?.KeyId ?? ''
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: bytes('waits') })
      // The house seals itself: nobody can use what it keeps.
      await proxy.claviger('administrator', 'operator', 'seal')
      await refused(kms.decrypt({ CiphertextBlob }), 'KMSInvalidStateException', /external HSM/)
      await proxy.claviger('administrator', 'operator', 'unseal')
      assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'waits')
      await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
      await kms.disconnectCustomKeyStore({ CustomKeyStoreId })
      await refused(
        kms.deleteCustomKeyStore({ CustomKeyStoreId }),
        'CustomKeyStoreHasCMKsException',
      )
    },
  ),
)

test(
  'awscli makes, shows and deletes an external key store',
  proves(
    `CreateCustomKeyStore DescribeCustomKeyStores ConnectCustomKeyStore UpdateCustomKeyStore
     DisconnectCustomKeyStore DeleteCustomKeyStore CloudHsmClusterNotFoundException`,
    async (seen: Seen) => {
      const aws = new AwsCli(keeper, seen)
      const region = ['--region', 'ap-south-1']
      const name = ['--custom-key-store-name', 'house']
      const proxySettings = [
        '--custom-key-store-type',
        'EXTERNAL_KEY_STORE',
        '--xks-proxy-connectivity',
        'PUBLIC_ENDPOINT',
        '--xks-proxy-uri-endpoint',
        settings.XksProxyUriEndpoint,
        '--xks-proxy-uri-path',
        settings.XksProxyUriPath,
        '--xks-proxy-authentication-credential',
        `AccessKeyId=${AccessKeyId},RawSecretAccessKey=${SecretAccessKey}`,
      ]
      const hsm = [
        '--custom-key-store-type',
        'AWS_CLOUDHSM',
        '--cloud-hsm-cluster-id',
        'cluster-1a23b4cdefg',
      ]
      const password = ['--key-store-password', 'kmsPswd1', '--trust-anchor-certificate', 'x']
      await aws.refused(
        'CloudHsmClusterNotFoundException',
        'create-custom-key-store',
        ...name,
        ...hsm,
        ...password,
        ...region,
      )
      const made = await aws.kms('create-custom-key-store', ...name, ...proxySettings, ...region)
      const id = ['--custom-key-store-id', String(made['CustomKeyStoreId']), ...region]
      await aws.kms('connect-custom-key-store', ...id)
      const shown = await aws.kms('describe-custom-key-stores', ...id)
      const [store] = shown['CustomKeyStores'] as readonly Record<string, unknown>[]
      assert.equal(store?.['ConnectionState'], 'CONNECTED')
      assert.ok(!JSON.stringify(shown).includes(String(SecretAccessKey)))
      await aws.kms('update-custom-key-store', ...id, '--new-custom-key-store-name', 'the-house')
      await aws.kms('disconnect-custom-key-store', ...id)
      await aws.kms('delete-custom-key-store', ...id)
    },
    needsAwscli,
  ),
)

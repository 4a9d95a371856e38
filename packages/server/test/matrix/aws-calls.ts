import { IMPORTED, type Probe } from './rest-calls.ts'
import type { Kind, MatrixState, Moment, Ruled } from './matrix-rules.ts'

/** An action of AWS KMS: `input` beside `KeyId`, which each that is about a key is given. */
export interface AwsCall extends Ruled {
  readonly input?: (probe: Probe) => object
  /** The state of the key that is asked of, if not active. */
  readonly of?: MatrixState
  /** Names its key by something else than `KeyId`. */
  readonly bare?: true
}

const MESSAGE = Buffer.from('attack at dawn').toString('base64')
const PEER =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=='
const ENCRYPTS: readonly Kind[] = ['encrypt', 'imported']

const see: AwsCall = { duty: 'see keys', action: 'key.get', moment: 'before destruction' }
const use = (
  verb: string,
  kinds: readonly Kind[],
  input: (probe: Probe) => object,
  moment: Moment = 'to protect',
): AwsCall => ({ duty: 'use keys', action: `key.${verb}`, kinds, moment, input })
const pair = { KeyPairSpec: 'ECC_NIST_P256' }
const signature = { Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' }
const code = { Message: MESSAGE, MacAlgorithm: 'HMAC_SHA_256' }

/** Actions about one key that use it or show it. */
export const AWS_KEY_CALLS: Readonly<Record<string, AwsCall>> = {
  DescribeKey: see,
  GetKeyLastUsage: see,
  Encrypt: use('encrypt', ENCRYPTS, () => ({ Plaintext: MESSAGE })),
  Decrypt: use('decrypt', ENCRYPTS, ({ blob }) => ({ CiphertextBlob: blob }), 'to process'),
  GenerateDataKey: use('generate-data-key', ENCRYPTS, () => ({ NumberOfBytes: 32 })),
  GenerateDataKeyWithoutPlaintext: use('generate-data-key', ENCRYPTS, () => ({
    NumberOfBytes: 32,
  })),
  GenerateDataKeyPair: use('generate-data-key-pair', ENCRYPTS, () => pair),
  GenerateDataKeyPairWithoutPlaintext: use('generate-data-key-pair', ENCRYPTS, () => pair),
  Sign: use('sign', ['sign'], () => signature),
  // For AWS a pair is gone with its private half.
  Verify: use('verify', ['sign'], () => ({ ...signature, Signature: MESSAGE })),
  GenerateMac: use('mac', ['mac'], () => code),
  VerifyMac: use('verify-mac', ['mac'], () => ({ ...code, Mac: IMPORTED }), 'to process'),
  DeriveSharedSecret: use('agree', ['agree'], () => ({
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: PEER,
  })),
}

const CKS = 'cks-1234567890abcdef0'
const XKS = {
  XksProxyUriEndpoint: 'https://127.0.0.1:1',
  XksProxyUriPath: '/kms/xks/v1',
  XksProxyConnectivity: 'PUBLIC_ENDPOINT',
  XksProxyAuthenticationCredential: {
    AccessKeyId: 'ABCDEFGHIJKLMNOPQRST',
    RawSecretAccessKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  },
}
const about = (
  duty: AwsCall['duty'],
  action: string,
  input: (probe: Probe) => object = () => ({}),
  kinds: readonly Kind[] = ['encrypt'],
): AwsCall => ({ duty, action, input, kinds })
const only =
  (input: object): AwsCall['input'] & {} =>
  () =>
    input
const keyless = (duty: AwsCall['duty'], action: string, input: object = {}): AwsCall => ({
  ...about(duty, action, only(input)),
  bare: true,
})
const alias = only({ AliasName: 'alias/fresh' })
const tag = { TagKey: 'team', TagValue: 'red' }
const grantee = 'arn:aws:iam::000000000000:user/caller-3'

/** All other actions: of these it is told who may, not when. */
export const AWS_OTHER_CALLS: Readonly<Record<string, AwsCall>> = {
  CancelKeyDeletion: { ...about('manage keys', 'key.cancel-destroy'), of: 'scheduled' },
  ConnectCustomKeyStore: keyless('manage keys', 'tenant.attach', { CustomKeyStoreId: CKS }),
  CreateAlias: {
    ...about('manage keys', 'key.attach', ({ key }) => ({
      AliasName: 'alias/fresh',
      TargetKeyId: key,
    })),
    bare: true,
  },
  CreateCustomKeyStore: keyless('manage keys', 'tenant.attach', {
    CustomKeyStoreName: 'fresh',
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    ...XKS,
  }),
  CreateGrant: about(
    'manage keys',
    'key.attach',
    only({ GranteePrincipal: grantee, Operations: ['Encrypt'] }),
  ),
  CreateKey: keyless('manage keys', 'key.create'),
  Decapsulate: about(
    'use keys',
    'key.decapsulate',
    only({
      SharedSecretCiphertextBlob: Buffer.alloc(1_088, 1).toString('base64'),
      EncapsulationAlgorithm: 'ML_KEM',
    }),
    ['encapsulate'],
  ),
  // Of an alias that is not there whoever sees keys hears so; `policy-table.test.ts` has those that are.
  DeleteAlias: { ...about('see keys', 'key.get', alias), bare: true },
  DeleteCustomKeyStore: keyless('manage keys', 'tenant.attach', { CustomKeyStoreId: CKS }),
  DeleteImportedKeyMaterial: about('manage keys', 'key.delete-material', undefined, ['imported']),
  DescribeCustomKeyStores: keyless('see keys', 'tenant.attach'),
  DisableKey: about('manage keys', 'key.suspend'),
  DisableKeyRotation: about('manage keys', 'key.update'),
  DisconnectCustomKeyStore: keyless('manage keys', 'tenant.attach', { CustomKeyStoreId: CKS }),
  EnableKey: { ...about('manage keys', 'key.resume'), of: 'suspended' },
  EnableKeyRotation: about('manage keys', 'key.update'),
  Encapsulate: about('use keys', 'key.encapsulate', only({ EncapsulationAlgorithm: 'ML_KEM' }), [
    'encapsulate',
  ]),
  GenerateRandom: keyless('use keys', 'random', { NumberOfBytes: 16 }),
  GetKeyPolicy: about('see keys', 'key.get'),
  GetKeyRotationStatus: about('see keys', 'key.get'),
  GetParametersForImport: about(
    'manage keys',
    'key.import',
    only({ WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }),
    ['imported'],
  ),
  GetPublicKey: about('see public halves', 'key.public-key', undefined, ['sign']),
  ImportKeyMaterial: about(
    'manage keys',
    'key.import',
    only({
      ImportToken: MESSAGE,
      EncryptedKeyMaterial: MESSAGE,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
    ['imported'],
  ),
  ListAliases: keyless('see keys', 'key.list'),
  ListGrants: about('see keys', 'key.get'),
  ListKeyPolicies: about('see keys', 'key.get'),
  ListKeyRotations: about('see keys', 'key.get'),
  ListKeys: keyless('see keys', 'key.list'),
  ListResourceTags: about('see keys', 'key.get'),
  ListRetirableGrants: keyless('see keys', 'key.list', { RetiringPrincipal: grantee }),
  PutKeyPolicy: about('manage keys', 'key.attach', only({ Policy: '{"Version":"2012-10-17"}' })),
  ReEncrypt: {
    ...about('use keys', 'key.re-encrypt-from', ({ blob, key }) => ({
      CiphertextBlob: blob,
      DestinationKeyId: key,
    })),
    bare: true,
  },
  ReplicateKey: about('manage keys', 'key.create', only({ ReplicaRegion: 'eu-west-1' })),
  RetireGrant: about('give up a right to a key', 'key.detach', only({ GrantId: 'a'.repeat(64) })),
  RevokeGrant: about('manage keys', 'key.attach', only({ GrantId: 'a'.repeat(64) })),
  RotateKeyOnDemand: about('manage keys', 'key.rotate'),
  ScheduleKeyDeletion: about('manage keys', 'key.destroy'),
  TagResource: about('manage keys', 'key.update', only({ Tags: [tag] })),
  UntagResource: about('manage keys', 'key.update', only({ TagKeys: ['team'] })),
  UpdateAlias: {
    ...about('see keys', 'key.get', ({ key }) => ({
      AliasName: 'alias/fresh',
      TargetKeyId: key,
    })),
    bare: true,
  },
  UpdateCustomKeyStore: keyless('manage keys', 'tenant.attach', {
    CustomKeyStoreId: CKS,
    NewCustomKeyStoreName: 'fresh',
  }),
  UpdateKeyDescription: about('manage keys', 'key.update', only({ Description: 'changed' })),
  UpdatePrimaryRegion: about('manage keys', 'key.update', only({ PrimaryRegion: 'eu-west-1' })),
}

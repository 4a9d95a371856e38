import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import {
  ACCOUNT,
  base64,
  HOME,
  makeAwsWorld,
  type AwsWorld,
  type Output,
  textOf,
} from './aws-world.ts'

/*
 * Each condition key through a real call: a key policy lets bob do one thing where the key has one value, and
 * the same call is refused where the policy asks for another. Developer Guide, "AWS KMS condition keys", and
 * IAM User Guide, "AWS global condition context keys".
 */

const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
const ADMIN: Output = {
  Effect: 'Allow',
  Principal: { AWS: user('admin') },
  Action: 'kms:*',
  Resource: '*',
}

interface Case {
  /** The condition key. */
  readonly on: string
  readonly action: string
  /** The operator and the value that allows, and the one that does not. */
  readonly operator?: string
  readonly allows: string
  readonly denies: string
  /** Of the key; symmetric when absent. */
  readonly key?: Output
  readonly input?: Output | ((world: AwsWorld, key: string) => Promise<Output>)
  /** The actions the policy speaks of, where the call's own name is not it. */
  readonly permission?: string
}

const Plaintext = base64('x')
const EncryptionContext = { Department: 'IT', File: '7' }
const signer = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }
const rsa = { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }
const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }
const outside = { Origin: 'EXTERNAL' }
const regions = { MultiRegion: true }
const Message = base64('m')

const encrypting: readonly Case[] = [
  { on: 'kms:EncryptionContext:Department', action: 'Encrypt', allows: 'IT', denies: 'HR' },
  { on: 'kms:encryptioncontext:department', action: 'Encrypt', allows: 'IT', denies: 'HR' },
  {
    on: 'kms:EncryptionContextKeys',
    action: 'Encrypt',
    operator: 'ForAnyValue:StringEquals',
    allows: 'File',
    denies: 'Folder',
  },
  {
    on: 'kms:EncryptionAlgorithm',
    action: 'Encrypt',
    allows: 'SYMMETRIC_DEFAULT',
    denies: 'RSAES_OAEP_SHA_256',
  },
  { on: 'kms:KeySpec', action: 'Encrypt', allows: 'SYMMETRIC_DEFAULT', denies: 'RSA_2048' },
  {
    on: 'kms:CustomerMasterKeySpec',
    action: 'Encrypt',
    allows: 'SYMMETRIC_DEFAULT',
    denies: 'RSA_2048',
  },
  { on: 'kms:KeyUsage', action: 'Encrypt', allows: 'ENCRYPT_DECRYPT', denies: 'SIGN_VERIFY' },
  { on: 'kms:KeyOrigin', action: 'Encrypt', allows: 'AWS_KMS', denies: 'EXTERNAL' },
  { on: 'kms:CallerAccount', action: 'Encrypt', allows: ACCOUNT, denies: '999999999999' },
  { on: 'aws:PrincipalArn', action: 'Encrypt', allows: user('bob'), denies: user('eve') },
  { on: 'aws:PrincipalAccount', action: 'Encrypt', allows: ACCOUNT, denies: '999999999999' },
  { on: 'aws:ResourceAccount', action: 'Encrypt', allows: ACCOUNT, denies: '999999999999' },
  { on: 'aws:PrincipalType', action: 'Encrypt', allows: 'User', denies: 'Account' },
  { on: 'aws:username', action: 'Encrypt', allows: 'bob', denies: 'eve' },
  { on: 'aws:userid', action: 'Encrypt', allows: 'p-bob', denies: 'p-eve' },
  { on: 'aws:RequestedRegion', action: 'Encrypt', allows: HOME, denies: 'us-west-2' },
  {
    on: 'aws:SecureTransport',
    action: 'Encrypt',
    operator: 'Bool',
    allows: 'true',
    denies: 'false',
  },
  {
    on: 'aws:ViaAWSService',
    action: 'Encrypt',
    operator: 'Bool',
    allows: 'false',
    denies: 'true',
  },
  {
    on: 'aws:SourceIp',
    action: 'Encrypt',
    operator: 'IpAddress',
    allows: '127.0.0.0/8',
    denies: '10.0.0.0/8',
  },
  {
    on: 'aws:CurrentTime',
    action: 'Encrypt',
    operator: 'DateLessThan',
    allows: '2030-01-01T00:00:00Z',
    denies: '2020-01-01T00:00:00Z',
  },
  {
    on: 'aws:EpochTime',
    action: 'Encrypt',
    operator: 'NumericGreaterThan',
    allows: '1700000000',
    denies: '1900000000',
  },
].map((one) => ({ input: { Plaintext, EncryptionContext }, ...one }))

const others: readonly Case[] = [
  {
    on: 'kms:EncryptionAlgorithm',
    action: 'Encrypt',
    allows: 'RSAES_OAEP_SHA_256',
    denies: 'RSAES_OAEP_SHA_1',
    key: rsa,
    input: { Plaintext, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' },
  },
  {
    on: 'kms:RequestAlias',
    action: 'Encrypt',
    allows: 'alias/named',
    denies: 'alias/other',
    input: async () => ({ KeyId: 'alias/named', Plaintext }),
  },
  {
    on: 'kms:ResourceAliases',
    action: 'Encrypt',
    operator: 'ForAnyValue:StringEquals',
    allows: 'alias/named',
    denies: 'alias/other',
    input: { Plaintext },
  },
  {
    on: 'aws:ResourceTag/Team',
    action: 'Encrypt',
    allows: 'billing',
    denies: 'payroll',
    key: { Tags: [{ TagKey: 'Team', TagValue: 'billing' }] },
    input: { Plaintext },
  },
  ...(['Sign', 'Verify'] as const).flatMap((action): readonly Case[] => {
    const input = async (world: AwsWorld, KeyId: string) => {
      const said = { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' }
      if (action === 'Sign') return said
      const { Signature } = await world.call('Sign', said)
      return { ...said, Signature }
    }
    return [
      {
        on: 'kms:SigningAlgorithm',
        action,
        allows: 'ECDSA_SHA_256',
        denies: 'ECDSA_SHA_384',
        key: signer,
        input,
      },
      { on: 'kms:MessageType', action, allows: 'RAW', denies: 'DIGEST', key: signer, input },
    ]
  }),
  {
    on: 'kms:MacAlgorithm',
    action: 'GenerateMac',
    allows: 'HMAC_SHA_256',
    denies: 'HMAC_SHA_512',
    key: hmac,
    input: { Message, MacAlgorithm: 'HMAC_SHA_256' },
  },
  {
    on: 'kms:DataKeyPairSpec',
    action: 'GenerateDataKeyPair',
    allows: 'ECC_NIST_P256',
    denies: 'RSA_4096',
    input: { KeyPairSpec: 'ECC_NIST_P256' },
  },
  {
    on: 'kms:KeyAgreementAlgorithm',
    action: 'DeriveSharedSecret',
    allows: 'ECDH',
    denies: 'DH',
    key: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
    input: async (world, KeyId) => {
      const { PublicKey } = await world.call('GetPublicKey', { KeyId })
      return { KeyId, PublicKey, KeyAgreementAlgorithm: 'ECDH' }
    },
  },
  {
    on: 'kms:ReEncryptOnSameKey',
    action: 'ReEncrypt',
    permission: 'kms:ReEncrypt*',
    operator: 'Bool',
    allows: 'true',
    denies: 'false',
    input: async (world, KeyId) => {
      const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
      return { CiphertextBlob, DestinationKeyId: KeyId, KeyId: undefined }
    },
  },
  ...(
    [
      ['kms:GrantOperations', 'Encrypt', 'Decrypt', 'ForAllValues:StringEquals'],
      ['kms:GranteePrincipal', user('carol'), user('eve'), 'StringEquals'],
      ['kms:RetiringPrincipal', user('dave'), user('eve'), 'StringEquals'],
      ['kms:GrantIsForAWSResource', 'false', 'true', 'Bool'],
      [
        'kms:GrantConstraintType',
        'EncryptionContextSubset',
        'EncryptionContextEquals',
        'StringEquals',
      ],
    ] as const
  ).map(
    ([on, allows, denies, operator]): Case => ({
      on,
      action: 'CreateGrant',
      allows,
      denies,
      operator,
      input: {
        GranteePrincipal: user('carol'),
        RetiringPrincipal: user('dave'),
        Operations: ['Encrypt'],
        Constraints: { EncryptionContextSubset: { a: 'b' } },
      },
    }),
  ),
  {
    on: 'kms:ScheduleKeyDeletionPendingWindowInDays',
    action: 'ScheduleKeyDeletion',
    operator: 'NumericGreaterThanEquals',
    allows: '14',
    denies: '15',
    input: { PendingWindowInDays: 14 },
  },
  {
    on: 'kms:RotationPeriodInDays',
    action: 'EnableKeyRotation',
    operator: 'NumericLessThanEquals',
    allows: '180',
    denies: '179',
    input: { RotationPeriodInDays: 180 },
  },
  {
    on: 'kms:BypassPolicyLockoutSafetyCheck',
    action: 'PutKeyPolicy',
    operator: 'Bool',
    allows: 'false',
    denies: 'true',
    input: async (world, KeyId) => {
      const { Policy } = await world.call('GetKeyPolicy', { KeyId })
      return { KeyId, Policy }
    },
  },
  {
    on: 'kms:WrappingAlgorithm',
    action: 'GetParametersForImport',
    allows: 'RSAES_OAEP_SHA_256',
    denies: 'RSA_AES_KEY_WRAP_SHA_256',
    key: outside,
    input: { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
  },
  {
    on: 'kms:WrappingKeySpec',
    action: 'GetParametersForImport',
    allows: 'RSA_2048',
    denies: 'RSA_4096',
    key: outside,
    input: { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
  },
  {
    on: 'kms:KeyOrigin',
    action: 'DescribeKey',
    allows: 'EXTERNAL',
    denies: 'AWS_KMS',
    key: outside,
  },
  {
    on: 'kms:MultiRegion',
    action: 'DescribeKey',
    operator: 'Bool',
    allows: 'true',
    denies: 'false',
    key: regions,
  },
  {
    on: 'kms:MultiRegionKeyType',
    action: 'DescribeKey',
    allows: 'PRIMARY',
    denies: 'REPLICA',
    key: regions,
  },
  {
    on: 'aws:TagKeys',
    action: 'TagResource',
    operator: 'ForAllValues:StringEquals',
    allows: 'Team',
    denies: 'Stage',
    input: { Tags: [{ TagKey: 'Team', TagValue: 'billing' }] },
  },
  {
    on: 'aws:RequestTag/Team',
    action: 'TagResource',
    allows: 'billing',
    denies: 'payroll',
    input: { Tags: [{ TagKey: 'Team', TagValue: 'billing' }] },
  },
  {
    on: 'aws:TagKeys',
    action: 'UntagResource',
    operator: 'ForAllValues:StringEquals',
    allows: 'Team',
    denies: 'Stage',
    input: { TagKeys: ['Team'] },
  },
]

async function keyOf(world: AwsWorld, input: Output = {}): Promise<string> {
  const KeyId = textOf(await world.call('CreateKey', input), 'KeyMetadata.Arn')
  await world.call('CreateAlias', { AliasName: 'alias/named', TargetKeyId: KeyId })
  return KeyId
}

/** What bob may do, where a condition holds. */
const policyOf = ({ on, action, operator = 'StringEquals', permission }: Case, value: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      ADMIN,
      {
        Effect: 'Allow',
        Principal: { AWS: user('bob') },
        Action: permission ?? `kms:${action}`,
        Resource: '*',
        Condition: { [operator]: { [on]: value } },
      },
    ],
  })

describe('condition keys', () => {
  for (const one of [...encrypting, ...others]) {
    const { on, action, allows, denies } = one
    it(`${on} of ${action} is ${allows}, and not ${denies}`, async () => {
      const world = makeAwsWorld()
      const KeyId = await keyOf(world, one.key)
      const { input = {} } = one
      const asked = typeof input === 'function' ? await input(world, KeyId) : { KeyId, ...input }
      const as = 'bob'
      await world.call('PutKeyPolicy', { KeyId, Policy: policyOf(one, denies) })
      await world.refused('AccessDeniedException', action, asked, { as })
      await world.call('PutKeyPolicy', { KeyId, Policy: policyOf(one, allows) })
      const sent = action === 'PutKeyPolicy' ? { ...asked, Policy: policyOf(one, allows) } : asked
      await world.call(action, sent, { as })
    })
  }

  it('are each tried with a value that allows and one that does not', () => {
    const tried = new Set([...encrypting, ...others].map(({ on }) => on))
    assert.ok(tried.size >= 38, `${tried.size}`)
  })
})

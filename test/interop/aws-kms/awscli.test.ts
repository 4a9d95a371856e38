// Debian's awscli (2.9, with the model of its day: 50 actions) against a started keeper.
import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import { test } from 'node:test'
import { AwsKeeper } from './aws-keeper.ts'
import { AwsCli, blob, needsAwscli, string } from './awscli.ts'
import { proves, type Seen } from './proves.ts'

const keeper = await AwsKeeper.start()
const cli = (seen: Seen) => new AwsCli(keeper, seen)

const TEXT = 'attack at dawn'

async function newKey(aws: AwsCli, ...args: readonly string[]): Promise<string> {
  return string((await aws.kms('create-key', ...args)).KeyMetadata?.['KeyId'])
}

test(
  'awscli keeps keys, aliases and tags',
  proves(
    `CreateKey DescribeKey ListKeys UpdateKeyDescription DisableKey EnableKey
   ScheduleKeyDeletion CancelKeyDeletion CreateAlias UpdateAlias DeleteAlias ListAliases
   TagResource UntagResource ListResourceTags`,
    async (seen) => {
      const aws = cli(seen)
      const [first, second] = await Promise.all([
        newKey(aws, '--description', 'one', '--tags', 'TagKey=team,TagValue=billing'),
        newKey(aws),
      ])
      const key = ['--key-id', first]
      const [listed] = await Promise.all([
        aws.kms('list-keys', '--page-size', '1'),
        aws.kms('create-alias', '--alias-name', 'alias/cli', '--target-key-id', first),
      ])
      const ids = (listed['Keys'] as readonly { KeyId: string }[]).map(({ KeyId }) => KeyId)
      assert.ok(ids.includes(first) && ids.includes(second))
      await Promise.all([
        aws.kms('tag-resource', ...key, '--tags', 'TagKey=stage,TagValue=test'),
        aws.kms('update-alias', '--alias-name', 'alias/cli', '--target-key-id', second),
      ])
      const [aliases] = await Promise.all([
        aws.kms('list-aliases', '--key-id', second),
        aws.kms('untag-resource', ...key, '--tag-keys', 'team'),
      ])
      const [alias] = aliases['Aliases'] as readonly Record<string, string>[]
      assert.equal(alias?.['AliasName'], 'alias/cli')
      assert.equal(alias['TargetKeyId'], second)
      const [tags] = await Promise.all([
        aws.kms('list-resource-tags', ...key),
        aws.kms('delete-alias', '--alias-name', 'alias/cli'),
      ])
      assert.deepEqual(tags['Tags'], [{ TagKey: 'stage', TagValue: 'test' }])
      await aws.kms('update-key-description', ...key, '--description', 'two')
      await aws.kms('disable-key', ...key)
      await aws.kms('enable-key', ...key)
      const planned = await aws.kms(
        'schedule-key-deletion',
        ...key,
        '--pending-window-in-days',
        '7',
      )
      assert.equal(planned['KeyState'], 'PendingDeletion')
      await aws.kms('cancel-key-deletion', ...key)
      const { KeyMetadata } = await aws.kms('describe-key', ...key)
      assert.equal(KeyMetadata?.['Description'], 'two')
      assert.equal(KeyMetadata['KeyState'], 'Disabled')
    },
    needsAwscli,
  ),
)

test(
  'awscli encrypts, makes data keys and random bytes',
  proves(
    `Encrypt Decrypt ReEncrypt GenerateRandom GenerateDataKey GenerateDataKeyWithoutPlaintext
   GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext`,
    async (seen) => {
      const aws = cli(seen)
      const [first, second] = await Promise.all([newKey(aws), newKey(aws)])
      const key = ['--key-id', first]
      const context = ['--encryption-context', 'team=red']
      const [sealed, random] = await Promise.all([
        aws.kms('encrypt', ...key, '--plaintext', aws.file(TEXT), ...context),
        aws.kms('generate-random', '--number-of-bytes', '32'),
      ])
      assert.equal(blob(random['Plaintext']).length, 32)
      const ciphertext = ['--ciphertext-blob', aws.file(blob(sealed['CiphertextBlob']))]
      const [opened, again] = await Promise.all([
        aws.kms('decrypt', ...ciphertext, ...context),
        aws.kms(
          're-encrypt',
          ...ciphertext,
          '--source-encryption-context',
          'team=red',
          '--destination-key-id',
          second,
        ),
      ])
      assert.equal(blob(opened['Plaintext']).toString(), TEXT)
      const [moved, made] = await Promise.all([
        aws.kms('decrypt', '--ciphertext-blob', aws.file(blob(again['CiphertextBlob']))),
        aws.kms('generate-data-key', ...key, '--key-spec', 'AES_256', ...context),
      ])
      assert.equal(blob(moved['Plaintext']).toString(), TEXT)
      assert.ok(string(moved['KeyId']).endsWith(second))
      const dataKey = ['--ciphertext-blob', aws.file(blob(made['CiphertextBlob']))]
      const spec = ['--key-pair-spec', 'ECC_NIST_P256']
      const [same, hidden, pair, hiddenPair] = await Promise.all([
        aws.kms('decrypt', ...dataKey, ...context),
        aws.kms('generate-data-key-without-plaintext', ...key, '--number-of-bytes', '64'),
        aws.kms('generate-data-key-pair', ...key, ...spec),
        aws.kms('generate-data-key-pair-without-plaintext', ...key, ...spec),
      ])
      assert.equal(same['Plaintext'], made['Plaintext'])
      assert.equal(hidden['Plaintext'], undefined)
      assert.ok(blob(pair['PrivateKeyPlaintext']).length > 0)
      assert.equal(hiddenPair['PrivateKeyPlaintext'], undefined)
    },
    needsAwscli,
  ),
)

test(
  'awscli signs and authenticates messages',
  proves(
    'Sign Verify GetPublicKey GenerateMac VerifyMac',
    async (seen) => {
      const aws = cli(seen)
      const [signer, coder] = await Promise.all([
        newKey(aws, '--key-spec', 'ECC_NIST_P256', '--key-usage', 'SIGN_VERIFY'),
        newKey(aws, '--key-spec', 'HMAC_256', '--key-usage', 'GENERATE_VERIFY_MAC'),
      ])
      const message = ['--message', aws.file(TEXT)]
      const ecdsa = ['--key-id', signer, ...message, '--signing-algorithm', 'ECDSA_SHA_256']
      const hmac = ['--key-id', coder, ...message, '--mac-algorithm', 'HMAC_SHA_256']
      const [signed, coded, shown] = await Promise.all([
        aws.kms('sign', ...ecdsa),
        aws.kms('generate-mac', ...hmac),
        aws.kms('get-public-key', '--key-id', signer),
      ])
      const signature = blob(signed['Signature'])
      const key = createPublicKey({ key: blob(shown['PublicKey']), format: 'der', type: 'spki' })
      assert.ok(verify('sha256', Buffer.from(TEXT), key, signature))
      const digest = ['--message', aws.file(createHash('sha256').update(TEXT).digest())]
      const [verified, authentic] = await Promise.all([
        aws.kms(
          'verify',
          '--key-id',
          signer,
          ...digest,
          '--message-type',
          'DIGEST',
          '--signing-algorithm',
          'ECDSA_SHA_256',
          '--signature',
          aws.file(signature),
        ),
        aws.kms('verify-mac', ...hmac, '--mac', aws.file(blob(coded['Mac']))),
      ])
      assert.equal(verified['SignatureValid'], true)
      assert.equal(authentic['MacValid'], true)
    },
    needsAwscli,
  ),
)

test(
  'awscli rotates, imports and replicates',
  proves(
    `EnableKeyRotation GetKeyRotationStatus DisableKeyRotation GetParametersForImport
   ImportKeyMaterial DeleteImportedKeyMaterial ReplicateKey UpdatePrimaryRegion`,
    async (seen) => {
      const aws = cli(seen)
      const rotate = async (): Promise<void> => {
        const key = ['--key-id', await newKey(aws)]
        await aws.kms('enable-key-rotation', ...key)
        assert.equal((await aws.kms('get-key-rotation-status', ...key))['KeyRotationEnabled'], true)
        await aws.kms('disable-key-rotation', ...key)
      }
      const bring = async (): Promise<void> => {
        const key = ['--key-id', await newKey(aws, '--origin', 'EXTERNAL')]
        const how = [
          '--wrapping-algorithm',
          'RSAES_OAEP_SHA_256',
          '--wrapping-key-spec',
          'RSA_2048',
        ]
        const given = await aws.kms('get-parameters-for-import', ...key, ...how)
        const wrapping = createPublicKey({
          key: blob(given['PublicKey']),
          format: 'der',
          type: 'spki',
        })
        const padding = constants.RSA_PKCS1_OAEP_PADDING
        const wrapped = publicEncrypt(
          { key: wrapping, padding, oaepHash: 'sha256' },
          randomBytes(32),
        )
        await aws.kms(
          'import-key-material',
          ...key,
          '--import-token',
          aws.file(blob(given['ImportToken'])),
          '--encrypted-key-material',
          aws.file(wrapped),
          '--expiration-model',
          'KEY_MATERIAL_DOES_NOT_EXPIRE',
        )
        await aws.kms('encrypt', ...key, '--plaintext', aws.file(TEXT))
        await aws.kms('delete-imported-key-material', ...key)
      }
      const replicate = async (): Promise<void> => {
        const key = ['--key-id', await newKey(aws, '--multi-region')]
        await aws.kms('replicate-key', ...key, '--replica-region', 'eu-west-1')
        await aws.kms('update-primary-region', ...key, '--primary-region', 'eu-west-1')
        const { KeyMetadata } = await aws.kms('describe-key', ...key, '--region', 'eu-west-1')
        const regions = KeyMetadata?.['MultiRegionConfiguration'] as Record<string, unknown>
        assert.equal(regions['MultiRegionKeyType'], 'PRIMARY')
      }
      await Promise.all([rotate(), bring(), replicate()])
    },
    needsAwscli,
  ),
)

test(
  'awscli sets policies and grants',
  proves(
    `GetKeyPolicy PutKeyPolicy ListKeyPolicies CreateGrant ListGrants ListRetirableGrants
   RetireGrant RevokeGrant`,
    async (seen) => {
      const aws = cli(seen)
      const created = (await aws.kms('create-key')).KeyMetadata
      const key = ['--key-id', string(created?.['Arn'])]
      const name = ['--policy-name', 'default']
      const [policy, names] = await Promise.all([
        aws.kms('get-key-policy', ...key, ...name),
        aws.kms('list-key-policies', ...key),
      ])
      assert.deepEqual(names['PolicyNames'], ['default'])
      const text = string(policy['Policy'])
      await aws.kms('put-key-policy', ...key, ...name, '--policy', `${text} `)
      const developer = `arn:aws:iam::${string(created?.['AWSAccountId'])}:user/developer`
      const grant = [...key, '--grantee-principal', developer, '--retiring-principal', developer]
      const [one, two, kept] = await Promise.all([
        aws.kms('create-grant', ...grant, '--operations', 'Encrypt', 'Decrypt'),
        aws.kms('create-grant', ...grant, '--operations', 'DescribeKey'),
        aws.kms('get-key-policy', ...key, ...name),
      ])
      assert.equal(kept['Policy'], `${text} `)
      const [listed, retirable] = await Promise.all([
        aws.kms('list-grants', ...key),
        aws.kms('list-retirable-grants', '--retiring-principal', developer),
      ])
      assert.equal((listed['Grants'] as readonly unknown[]).length, 2)
      assert.equal((retirable['Grants'] as readonly unknown[]).length, 2)
      await Promise.all([
        aws.kms('retire-grant', '--grant-token', string(one['GrantToken'])),
        aws.kms('revoke-grant', ...key, '--grant-id', string(two['GrantId'])),
      ])
    },
    needsAwscli,
  ),
)

test(
  'awscli tells errors by their names, with status 254',
  proves(
    `NotFoundException DisabledException InvalidCiphertextException KMSInvalidStateException
   ValidationException InvalidSignatureException AlreadyExistsException
   CustomKeyStoreNotFoundException KMSInvalidSignatureException`,
    async (seen) => {
      const aws = cli(seen)
      const nobody = '12345678-1234-1234-1234-123456789012'
      const signing = ['--key-spec', 'ECC_NIST_P256', '--key-usage', 'SIGN_VERIFY']
      const [disabled, pending, signer] = await Promise.all([
        newKey(aws),
        newKey(aws),
        newKey(aws, ...signing),
      ])
      const text = ['--plaintext', aws.file(TEXT)]
      const alias = ['create-alias', '--alias-name', 'alias/twice', '--target-key-id', disabled]
      const [first = '', ...rest] = alias
      await Promise.all([
        aws.kms('disable-key', '--key-id', disabled),
        aws.kms('schedule-key-deletion', '--key-id', pending),
        aws.kms(first, ...rest),
      ])
      const said = await Promise.all([
        aws.refused('NotFoundException', 'describe-key', '--key-id', nobody),
        aws.refused('DisabledException', 'encrypt', '--key-id', disabled, ...text),
        aws.refused('KMSInvalidStateException', 'encrypt', '--key-id', pending, ...text),
        aws.refused('InvalidCiphertextException', 'decrypt', '--ciphertext-blob', aws.file(TEXT)),
        aws.refused('AlreadyExistsException', first, ...rest),
        aws.refused('ValidationException', 'create-key', '--key-spec', 'AES_999'),
        aws.refused(
          'CustomKeyStoreNotFoundException',
          'connect-custom-key-store',
          '--custom-key-store-id',
          'cks-1234567890abcdef0',
        ),
        aws.refused(
          'KMSInvalidSignatureException',
          'verify',
          '--key-id',
          signer,
          '--message',
          aws.file(TEXT),
          '--signing-algorithm',
          'ECDSA_SHA_256',
          '--signature',
          aws.file(TEXT),
        ),
      ])
      assert.match(said[0] ?? '', new RegExp(`key/${nobody}' does not exist$`))
      assert.match(said[1] ?? '', /is disabled\.$/)
      const foreign = new AwsCli(keeper, seen, { AWS_SECRET_ACCESS_KEY: 'wrong' })
      await foreign.refused('InvalidSignatureException', 'list-keys')
    },
    needsAwscli,
  ),
)

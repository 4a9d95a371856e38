// The AWS SDK for JavaScript against a started keeper: keys and their life, aliases, tags.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  paginateListAliases,
  paginateListKeys,
  paginateListResourceTags,
} from '@aws-sdk/client-kms'
import { AwsKeeper, bytes, newKey, refused } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()
const NOBODY = '12345678-1234-1234-1234-123456789012'

test(
  'shows a key as AWS does',
  proves('CreateKey DescribeKey', async (seen) => {
    const kms = keeper.sdk(seen)
    const { KeyMetadata } = await kms.createKey({
      Description: 'a first key',
      Tags: [{ TagKey: 'team', TagValue: 'billing' }],
    })
    const { KeyId, Arn, AWSAccountId, CreationDate, CurrentKeyMaterialId, ...rest } =
      KeyMetadata ?? {}
    assert.match(AWSAccountId ?? '', /^\d{12}$/)
    assert.equal(Arn, `arn:aws:kms:us-east-1:${AWSAccountId}:key/${KeyId}`)
    assert.ok(Math.abs(Date.now() - (CreationDate?.getTime() ?? 0)) < 60_000)
    assert.match(CurrentKeyMaterialId ?? '', /^[0-9a-f]{64}$/)
    assert.deepEqual(rest, {
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      Description: 'a first key',
      Enabled: true,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    })
    const described = await kms.describeKey({ KeyId })
    assert.deepEqual(described.KeyMetadata, KeyMetadata)
    for (const [KeySpec, KeyUsage, algorithms] of [
      ['RSA_2048', 'SIGN_VERIFY', 'SigningAlgorithms'],
      ['RSA_2048', 'ENCRYPT_DECRYPT', 'EncryptionAlgorithms'],
      ['ECC_NIST_P256', 'KEY_AGREEMENT', 'KeyAgreementAlgorithms'],
      ['HMAC_384', 'GENERATE_VERIFY_MAC', 'MacAlgorithms'],
      ['ML_KEM_768', 'ENCAPSULATE_DECAPSULATE', 'EncapsulationAlgorithms'],
    ] as const) {
      const made = (await kms.createKey({ KeySpec, KeyUsage })).KeyMetadata
      assert.equal(made?.KeySpec, KeySpec)
      assert.equal(made.KeyUsage, KeyUsage)
      assert.ok((made[algorithms]?.length ?? 0) > 0, KeySpec)
    }
  }),
)

test(
  'refuses keys that cannot be',
  proves(
    `ValidationException TagException NotFoundException MalformedPolicyDocumentException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const spec = 'AES_512' as 'RSA_2048'
      await refused(kms.createKey({ KeySpec: spec }), 'ValidationException', /enum value set/)
      const usage = { KeySpec: 'HMAC_256', KeyUsage: 'SIGN_VERIFY' } as const
      await refused(kms.createKey(usage), 'ValidationException')
      await refused(kms.createKey({ KeySpec: 'RSA_2048' }), 'ValidationException', /KeyUsage/)
      await refused(kms.createKey({ Description: 'x'.repeat(8193) }), 'ValidationException')
      const twice = { Tags: ['1', '2'].map((TagValue) => ({ TagKey: 'a', TagValue })) }
      await refused(kms.createKey(twice), 'TagException')
      await refused(kms.createKey({ Policy: '{' }), 'MalformedPolicyDocumentException')
      await refused(kms.describeKey({ KeyId: NOBODY }), 'NotFoundException', new RegExp(NOBODY))
      await refused(kms.describeKey({ KeyId: '' }), 'ValidationException')
    },
  ),
)

test(
  'lists every key once, page by page',
  proves('ListKeys InvalidMarkerException ValidationException', async (seen) => {
    const kms = keeper.sdk(seen)
    const made = new Set<string>()
    for (let at = 0; at < 5; at++) made.add(await newKey(kms))
    const listed: string[] = []
    let pages = 0
    for await (const { Keys } of paginateListKeys({ client: kms, pageSize: 2 }, {})) {
      pages++
      assert.ok((Keys?.length ?? 0) <= 2)
      listed.push(
        ...(Keys ?? []).map(({ KeyId, KeyArn }) => {
          assert.ok(KeyId !== undefined && KeyArn?.endsWith(`:key/${KeyId}`))
          return KeyId
        }),
      )
    }
    assert.equal(new Set(listed).size, listed.length)
    assert.ok(pages > 2)
    assert.ok([...made].every((id) => listed.includes(id)))
    await refused(kms.listKeys({ Marker: 'nonsense' }), 'InvalidMarkerException')
    await refused(kms.listKeys({ Limit: 1001 }), 'ValidationException', /1000/)
    await refused(kms.listKeys({ Limit: 0 }), 'ValidationException')
  }),
)

test(
  'disables, enables, deletes later and not at all',
  proves(
    'DisableKey EnableKey ScheduleKeyDeletion CancelKeyDeletion UpdateKeyDescription',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms)
      const state = async () => (await kms.describeKey({ KeyId })).KeyMetadata
      await kms.updateKeyDescription({ KeyId, Description: 'renamed' })
      assert.equal((await state())?.Description, 'renamed')
      await kms.disableKey({ KeyId })
      await kms.disableKey({ KeyId })
      assert.equal((await state())?.KeyState, 'Disabled')
      assert.equal((await state())?.Enabled, false)
      await kms.enableKey({ KeyId })
      assert.equal((await state())?.KeyState, 'Enabled')
      for (const PendingWindowInDays of [6, 31]) {
        await refused(
          kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays }),
          'ValidationException',
        )
      }
      const planned = await kms.scheduleKeyDeletion({ KeyId })
      assert.equal(planned.KeyState, 'PendingDeletion')
      assert.equal(planned.PendingWindowInDays, 30)
      const days = ((planned.DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000
      assert.ok(days > 29.9 && days < 30.1, String(days))
      const pending = await state()
      assert.equal(pending?.KeyState, 'PendingDeletion')
      assert.deepEqual(pending.DeletionDate, planned.DeletionDate)
      await refused(kms.enableKey({ KeyId }), 'KMSInvalidStateException', /pending deletion/)
      await refused(kms.scheduleKeyDeletion({ KeyId }), 'KMSInvalidStateException')
      const update = kms.updateKeyDescription({ KeyId, Description: 'late' })
      await refused(update, 'KMSInvalidStateException')
      const cancelled = await kms.cancelKeyDeletion({ KeyId })
      assert.ok(cancelled.KeyId?.endsWith(KeyId))
      assert.equal((await state())?.KeyState, 'Disabled')
      await refused(kms.cancelKeyDeletion({ KeyId }), 'KMSInvalidStateException')
    },
  ),
)

test(
  'aliases name keys, and move between keys of one kind',
  proves(
    `CreateAlias UpdateAlias DeleteAlias ListAliases AlreadyExistsException
   InvalidAliasNameException NotFoundException KMSInvalidStateException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const first = await newKey(kms)
      const second = await newKey(kms)
      for (const name of ['one', 'two', 'three/four']) {
        await kms.createAlias({ AliasName: `alias/list/${name}`, TargetKeyId: first })
      }
      const AliasName = 'alias/list/one'
      await refused(kms.createAlias({ AliasName, TargetKeyId: second }), 'AlreadyExistsException')
      for (const [wrong, name] of [
        ['alias/aws/mine', 'NotAuthorizedException'],
        ['alias/with space', 'ValidationException'],
        ['list/one', 'ValidationException'],
      ] as const) {
        await refused(kms.createAlias({ AliasName: wrong, TargetKeyId: first }), name)
      }
      const colon = kms.createAlias({ AliasName: 'alias/a:b', TargetKeyId: first })
      await refused(colon, 'InvalidAliasNameException')
      const nobody = kms.createAlias({ AliasName: 'alias/nobody', TargetKeyId: NOBODY })
      await refused(nobody, 'NotFoundException')

      const of = async (KeyId: string): Promise<string[]> => {
        const found: string[] = []
        for await (const page of paginateListAliases({ client: kms, pageSize: 1 }, { KeyId })) {
          for (const alias of page.Aliases ?? []) {
            assert.ok(alias.AliasArn?.endsWith(`:${alias.AliasName}`))
            assert.ok(alias.CreationDate && alias.LastUpdatedDate)
            assert.equal(alias.TargetKeyId, KeyId)
            found.push(alias.AliasName ?? '')
          }
        }
        return found.sort()
      }
      assert.deepEqual(await of(first), [
        'alias/list/one',
        'alias/list/three/four',
        'alias/list/two',
      ])
      await kms.updateAlias({ AliasName, TargetKeyId: second })
      assert.deepEqual(await of(second), [AliasName])
      const { CiphertextBlob } = await kms.encrypt({ KeyId: AliasName, Plaintext: bytes('x') })
      assert.ok((await kms.decrypt({ CiphertextBlob })).KeyId?.endsWith(second))
      const hmac = await newKey(kms, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
      const moved = kms.updateAlias({ AliasName, TargetKeyId: hmac })
      await refused(moved, 'KMSInvalidStateException')
      await refused(
        kms.updateAlias({ AliasName: 'alias/nothing', TargetKeyId: first }),
        'NotFoundException',
      )
      await kms.deleteAlias({ AliasName })
      assert.deepEqual(await of(second), [])
      await refused(kms.deleteAlias({ AliasName }), 'NotFoundException')
      await refused(kms.describeKey({ KeyId: AliasName }), 'NotFoundException')
      const all = await kms.listAliases({})
      assert.ok(all.Aliases?.some((alias) => alias.AliasName === 'alias/list/two'))
    },
  ),
)

test(
  'tags keys',
  proves(
    'TagResource UntagResource ListResourceTags TagException ValidationException',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms, { Tags: [{ TagKey: 'team', TagValue: 'billing' }] })
      await kms.tagResource({
        KeyId,
        Tags: [
          { TagKey: 'team', TagValue: 'payroll' },
          { TagKey: 'stage', TagValue: '' },
          { TagKey: 'ümlaut:+-=._/@', TagValue: 'x' },
        ],
      })
      const tags = async () => {
        const found: Record<string, string> = {}
        for await (const page of paginateListResourceTags(
          { client: kms, pageSize: 2 },
          { KeyId },
        )) {
          for (const { TagKey = '', TagValue = '' } of page.Tags ?? []) found[TagKey] = TagValue
        }
        return found
      }
      assert.deepEqual(await tags(), { team: 'payroll', stage: '', 'ümlaut:+-=._/@': 'x' })
      await kms.untagResource({ KeyId, TagKeys: ['stage', 'not there'] })
      assert.deepEqual(await tags(), { team: 'payroll', 'ümlaut:+-=._/@': 'x' })
      const reserved = { KeyId, Tags: [{ TagKey: 'aws:mine', TagValue: 'x' }] }
      await refused(kms.tagResource(reserved), 'TagException', /aws:/)
      const many = Array.from({ length: 51 }, (_, at) => ({ TagKey: `k${at}`, TagValue: 'v' }))
      await refused(kms.tagResource({ KeyId, Tags: many }), 'TagException')
      const long = { KeyId, Tags: [{ TagKey: 'x'.repeat(129), TagValue: 'v' }] }
      await refused(kms.tagResource(long), 'ValidationException')
      await refused(kms.listResourceTags({ KeyId: NOBODY }), 'NotFoundException')
      await refused(kms.listResourceTags({ KeyId: 'alias/none' }), 'NotFoundException')
    },
  ),
)

test(
  'tells when a key was used last',
  proves('GetKeyLastUsage', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const before = await kms.getKeyLastUsage({ KeyId })
    assert.equal(before.KeyLastUsage?.Operation, undefined)
    assert.ok(before.TrackingStartDate && before.KeyCreationDate)
    assert.ok(before.TrackingStartDate <= before.KeyCreationDate)
    const { CiphertextBlob, $metadata } = await kms.encrypt({ KeyId, Plaintext: bytes('x') })
    const after = await kms.getKeyLastUsage({ KeyId })
    assert.equal(after.KeyLastUsage?.Operation, 'Encrypt')
    assert.equal(after.KeyLastUsage.KmsRequestId, $metadata.requestId)
    assert.ok(Math.abs((after.KeyLastUsage.Timestamp?.getTime() ?? 0) - Date.now()) < 60_000)
    await kms.decrypt({ CiphertextBlob })
    assert.equal((await kms.getKeyLastUsage({ KeyId })).KeyLastUsage?.Operation, 'Decrypt')
  }),
)

test(
  'every limit of a name is told before anything is looked for',
  proves('ValidationException NotFoundException', async (seen) => {
    const kms = keeper.sdk(seen)
    await refused(kms.enableKey({ KeyId: 'x'.repeat(2049) }), 'ValidationException', /2048/)
    await refused(kms.disableKey({ KeyId: NOBODY }), 'NotFoundException')
    await refused(kms.getKeyLastUsage({ KeyId: NOBODY }), 'NotFoundException')
    await refused(kms.untagResource({ KeyId: NOBODY, TagKeys: ['x'] }), 'NotFoundException')
    const late = { KeyId: NOBODY, PendingWindowInDays: 7 }
    await refused(kms.scheduleKeyDeletion(late), 'NotFoundException')
  }),
)

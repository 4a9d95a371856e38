// The AWS SDK for JavaScript against a started keeper: rotation and keys of several regions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paginateListKeyRotations } from '@aws-sdk/client-kms'
import { AwsKeeper, bytes, newKey, refused, text } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()

test(
  'rotates by a schedule that can be changed and ended',
  proves(
    `EnableKeyRotation GetKeyRotationStatus DisableKeyRotation UnsupportedOperationException
   DisabledException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms)
      const off = await kms.getKeyRotationStatus({ KeyId })
      assert.equal(off.KeyRotationEnabled, false)
      assert.equal(off.NextRotationDate, undefined)
      await kms.enableKeyRotation({ KeyId })
      assert.equal((await kms.getKeyRotationStatus({ KeyId })).RotationPeriodInDays, 365)
      await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
      const on = await kms.getKeyRotationStatus({ KeyId })
      assert.equal(on.KeyRotationEnabled, true)
      assert.equal(on.RotationPeriodInDays, 90)
      const days = ((on.NextRotationDate?.getTime() ?? 0) - Date.now()) / 86_400_000
      assert.ok(days > 89.9 && days < 90.1, String(days))
      for (const RotationPeriodInDays of [89, 2561]) {
        await refused(kms.enableKeyRotation({ KeyId, RotationPeriodInDays }), 'ValidationException')
      }
      await kms.disableKeyRotation({ KeyId })
      assert.equal((await kms.getKeyRotationStatus({ KeyId })).KeyRotationEnabled, false)
      const signer = await newKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
      await refused(kms.enableKeyRotation({ KeyId: signer }), 'UnsupportedOperationException')
      await refused(kms.getKeyRotationStatus({ KeyId: signer }), 'UnsupportedOperationException')
      await refused(kms.rotateKeyOnDemand({ KeyId: signer }), 'UnsupportedOperationException')
      await kms.disableKey({ KeyId })
      await refused(kms.enableKeyRotation({ KeyId }), 'DisabledException')
      await refused(kms.rotateKeyOnDemand({ KeyId }), 'DisabledException')
    },
  ),
)

test(
  'rotates on demand 25 times, and what was encrypted before still opens',
  proves('RotateKeyOnDemand ListKeyRotations LimitExceededException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const first = await kms.encrypt({ KeyId, Plaintext: bytes('first') })
    const before = (await kms.decrypt({ CiphertextBlob: first.CiphertextBlob })).KeyMaterialId
    for (let turn = 0; turn < 25; turn++) {
      assert.ok((await kms.rotateKeyOnDemand({ KeyId })).KeyId?.endsWith(KeyId))
    }
    await refused(kms.rotateKeyOnDemand({ KeyId }), 'LimitExceededException')
    const opened = await kms.decrypt({ CiphertextBlob: first.CiphertextBlob })
    assert.equal(text(opened.Plaintext), 'first')
    assert.equal(opened.KeyMaterialId, before)
    const last = await kms.encrypt({ KeyId, Plaintext: bytes('last') })
    const after = (await kms.decrypt({ CiphertextBlob: last.CiphertextBlob })).KeyMaterialId
    assert.notEqual(after, before)
    const { KeyMetadata } = await kms.describeKey({ KeyId })
    assert.equal(KeyMetadata?.CurrentKeyMaterialId, after)
    const rotations = []
    for await (const page of paginateListKeyRotations({ client: kms, pageSize: 10 }, { KeyId })) {
      rotations.push(...(page.Rotations ?? []))
    }
    assert.equal(rotations.length, 25)
    assert.ok(rotations.every((one) => one.RotationType === 'ON_DEMAND' && one.RotationDate))
    const all = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
    assert.equal(all.Rotations?.length, 26)
    const states = all.Rotations.map((one) => one.KeyMaterialState)
    assert.equal(states.filter((state) => state === 'CURRENT').length, 1)
    assert.equal(states.filter((state) => state === 'NON_CURRENT').length, 25)
    assert.ok(all.Rotations.some((one) => one.KeyMaterialId === before))
  }),
)

const WEST = 'eu-west-1'

test(
  'one key in several regions: what one encrypts the other opens',
  proves(
    `ReplicateKey UpdatePrimaryRegion AlreadyExistsException UnsupportedOperationException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const west = keeper.sdk(seen, { region: WEST })
      const { KeyMetadata } = await kms.createKey({ MultiRegion: true, Description: 'here' })
      const { KeyId = '', Arn = '' } = KeyMetadata ?? {}
      assert.match(KeyId, /^mrk-[0-9a-f]{32}$/)
      assert.equal(KeyMetadata?.MultiRegion, true)
      assert.equal(KeyMetadata.MultiRegionConfiguration?.MultiRegionKeyType, 'PRIMARY')
      await refused(west.describeKey({ KeyId }), 'NotFoundException')
      const replica = await kms.replicateKey({
        KeyId,
        ReplicaRegion: WEST,
        Description: 'there',
        Tags: [{ TagKey: 'place', TagValue: 'west' }],
      })
      const made = replica.ReplicaKeyMetadata
      assert.equal(made?.KeyId, KeyId)
      assert.equal(made.Arn, Arn.replace('us-east-1', WEST))
      assert.equal(made.Description, 'there')
      assert.deepEqual(replica.ReplicaTags, [{ TagKey: 'place', TagValue: 'west' }])
      assert.ok(replica.ReplicaPolicy?.includes('Statement'))
      const there = (await west.describeKey({ KeyId })).KeyMetadata
      assert.equal(there?.KeyState, 'Enabled')
      assert.deepEqual(there.MultiRegionConfiguration, {
        MultiRegionKeyType: 'REPLICA',
        PrimaryKey: { Arn, Region: 'us-east-1' },
        ReplicaKeys: [{ Arn: made.Arn, Region: WEST }],
      })
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: bytes('over the sea') })
      const opened = await west.decrypt({ CiphertextBlob, KeyId })
      assert.equal(text(opened.Plaintext), 'over the sea')
      assert.equal(opened.KeyId, made.Arn)
      // AWS: aliases, tags, descriptions, policies and states are each region's own.
      await west.disableKey({ KeyId })
      await refused(west.decrypt({ CiphertextBlob, KeyId }), 'DisabledException')
      assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'over the sea')
      await west.enableKey({ KeyId })
      await refused(kms.replicateKey({ KeyId, ReplicaRegion: WEST }), 'AlreadyExistsException')
      const single = await newKey(kms)
      const alone = kms.replicateKey({ KeyId: single, ReplicaRegion: WEST })
      await refused(alone, 'UnsupportedOperationException')
      await refused(west.describeKey({ KeyId: single }), 'NotFoundException')

      await kms.updatePrimaryRegion({ KeyId, PrimaryRegion: WEST })
      const promoted = (await west.describeKey({ KeyId })).KeyMetadata?.MultiRegionConfiguration
      assert.equal(promoted?.MultiRegionKeyType, 'PRIMARY')
      assert.equal(promoted.PrimaryKey?.Region, WEST)
      const demoted = (await kms.describeKey({ KeyId })).KeyMetadata?.MultiRegionConfiguration
      assert.equal(demoted?.MultiRegionKeyType, 'REPLICA')
      await refused(kms.rotateKeyOnDemand({ KeyId }), 'UnsupportedOperationException')
      await west.rotateKeyOnDemand({ KeyId })
      assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'over the sea')
    },
  ),
)

test(
  'a primary waits for its replicas to go',
  proves('ScheduleKeyDeletion CancelKeyDeletion KMSInvalidStateException', async (seen) => {
    const kms = keeper.sdk(seen)
    const west = keeper.sdk(seen, { region: WEST })
    const KeyId = await newKey(kms, { MultiRegion: true })
    await kms.replicateKey({ KeyId, ReplicaRegion: WEST })
    const planned = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    assert.equal(planned.KeyState, 'PendingReplicaDeletion')
    const waiting = (await kms.describeKey({ KeyId })).KeyMetadata
    assert.equal(waiting?.KeyState, 'PendingReplicaDeletion')
    assert.equal(waiting.PendingDeletionWindowInDays, 7)
    assert.equal(waiting.DeletionDate, undefined)
    await refused(kms.encrypt({ KeyId, Plaintext: bytes('x') }), 'KMSInvalidStateException')
    const { CiphertextBlob } = await west.encrypt({ KeyId, Plaintext: bytes('x') })
    assert.equal(text((await west.decrypt({ CiphertextBlob })).Plaintext), 'x')
    await kms.cancelKeyDeletion({ KeyId })
    assert.equal((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState, 'Disabled')
  }),
)

import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { type AwsWorld, base64, HOME, makeAwsWorld, type Output, textOf } from './aws-world.ts'

const OTHER = 'eu-west-1'
const THIRD = 'us-east-1'
const DAY = 86_400

const keyOf = async (world: AwsWorld, input: Output = {}): Promise<string> =>
  textOf(await world.call('CreateKey', input), 'KeyMetadata.KeyId')

async function metadata(world: AwsWorld, KeyId: string, region: string = HOME): Promise<Output> {
  return (await world.call('DescribeKey', { KeyId }, { region }))['KeyMetadata'] as Output
}

async function stateOf(world: AwsWorld, KeyId: string, region: string = HOME): Promise<unknown> {
  return (await metadata(world, KeyId, region))['KeyState']
}

/** The keeper's own id of a multi-Region key. */
const coreId = (keyId: string): string =>
  keyId.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

describe('deletion', () => {
  test('is scheduled for 30 days, shown, and taken back to a disabled key', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const planned = await world.call('ScheduleKeyDeletion', { KeyId })
    const DeletionDate = world.clock.now() / 1_000 + 30 * DAY
    assert.deepEqual(planned, {
      KeyId: (await metadata(world, KeyId))['Arn'],
      KeyState: 'PendingDeletion',
      DeletionDate,
      PendingWindowInDays: 30,
    })
    const shown = await metadata(world, KeyId)
    assert.equal(shown['DeletionDate'], DeletionDate)
    assert.equal(shown['Enabled'], false)
    const message = `${textOf(shown, 'Arn')} is pending deletion.`
    for (const [action, input] of [
      ['EnableKey', {}],
      ['DisableKey', {}],
      ['ScheduleKeyDeletion', {}],
      ['UpdateKeyDescription', { Description: 'x' }],
      ['TagResource', { Tags: [{ TagKey: 'x', TagValue: '' }] }],
      ['UntagResource', { TagKeys: ['x'] }],
      ['EnableKeyRotation', {}],
      ['RotateKeyOnDemand', {}],
      ['Encrypt', { Plaintext: base64('x') }],
    ] as const) {
      await world.refused('KMSInvalidStateException', action, { KeyId, ...input }, { message })
    }
    const { KeyId: arn } = await world.call('CancelKeyDeletion', { KeyId })
    assert.equal(arn, shown['Arn'])
    assert.equal(await stateOf(world, KeyId), 'Disabled')
    await world.refused(
      'KMSInvalidStateException',
      'CancelKeyDeletion',
      { KeyId },
      {
        message: /is not pending deletion\.$/,
      },
    )
    await world.call('EnableKey', { KeyId })
    await world.call('Encrypt', { KeyId, Plaintext: base64('x') })
  })

  test('takes 7 to 30 days, a key id, and the key with it when they are over', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    for (const PendingWindowInDays of [0, 6, 31, 366, 7.5, '7']) {
      const exception =
        typeof PendingWindowInDays === 'number' && Number.isInteger(PendingWindowInDays)
          ? 'ValidationException'
          : 'SerializationException'
      await world.refused(exception, 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays })
    }
    await world.call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId })
    await world.refused('NotFoundException', 'ScheduleKeyDeletion', { KeyId: 'alias/a' })
    await world.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
    const { key } = await world.run(core.getKey, { key: KeyId })
    assert.equal(key.destroyAt, world.clock.now() + 7 * core.DAY_MS)
    world.clock.set(key.destroyAt ?? 0)
    await world.refused('NotFoundException', 'DescribeKey', { KeyId })
    assert.deepEqual((await world.call('ListKeys'))['Keys'], [])
  })

  test('authorization comes before state', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    await world.call('ScheduleKeyDeletion', { KeyId })
    world.denied.add('key.resume').add('key.get')
    await assert.rejects(world.call('EnableKey', { KeyId }), { code: 'denied' })
  })
})

describe('a key of several regions', () => {
  const made = async (world: AwsWorld, ...regions: readonly string[]): Promise<string> => {
    const KeyId = await keyOf(world, { MultiRegion: true, Description: 'here' })
    for (const ReplicaRegion of regions) await world.call('ReplicateKey', { KeyId, ReplicaRegion })
    return KeyId
  }

  test('says where it is, with properties of each region’s own', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world)
    assert.match(KeyId, /^mrk-[0-9a-f]{32}$/)
    await world.refused('NotFoundException', 'DescribeKey', { KeyId }, { region: OTHER })
    const Tags = [{ TagKey: 'place', TagValue: 'west' }]
    const replica = await world.call('ReplicateKey', {
      KeyId,
      ReplicaRegion: OTHER,
      Tags,
      Description: 'there',
    })
    const there = await metadata(world, KeyId, OTHER)
    assert.deepEqual(replica['ReplicaKeyMetadata'], there)
    assert.deepEqual(replica['ReplicaTags'], Tags)
    assert.match(textOf(replica, 'ReplicaPolicy'), /kms:\*/)
    assert.equal(there['Description'], 'there')
    assert.equal((await metadata(world, KeyId))['Description'], 'here')
    const arn = (region: string): string => `arn:aws:kms:${region}:111122223333:key/${KeyId}`
    const expected = {
      PrimaryKey: { Arn: arn(HOME), Region: HOME },
      ReplicaKeys: [{ Arn: arn(OTHER), Region: OTHER }],
    }
    assert.deepEqual(there['MultiRegionConfiguration'], {
      MultiRegionKeyType: 'REPLICA',
      ...expected,
    })
    assert.deepEqual((await metadata(world, KeyId))['MultiRegionConfiguration'], {
      MultiRegionKeyType: 'PRIMARY',
      ...expected,
    })
    await world.call('UpdateKeyDescription', { KeyId, Description: 'moved' }, { region: OTHER })
    assert.equal((await metadata(world, KeyId))['Description'], 'here')
  })

  test('is replicated from its primary only, and once to a region', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER)
    const no = (exception: string, input: Output, region: string = HOME): Promise<unknown> =>
      world.refused(
        exception,
        'ReplicateKey',
        { KeyId, ReplicaRegion: THIRD, ...input },
        { region },
      )
    await no('AlreadyExistsException', { ReplicaRegion: OTHER })
    await no('AlreadyExistsException', { ReplicaRegion: HOME })
    await no('UnsupportedOperationException', {}, OTHER)
    await no('UnsupportedOperationException', { KeyId: await keyOf(world) })
    await no('ValidationException', { ReplicaRegion: 'nowhere' })
    await no('ValidationException', { ReplicaRegion: undefined })
    await no('MalformedPolicyDocumentException', { Policy: '{}' })
    await no('TagException', { Tags: [{ TagKey: 'aws:x', TagValue: '' }] })
    await world.call('DisableKey', { KeyId })
    await no('DisabledException', {})
  })

  test('is disabled in each region by itself, and everywhere with the last', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER)
    const state = async (): Promise<core.KeyState> =>
      (await world.run(core.getKey, { key: coreId(KeyId) })).state
    await world.call('DisableKey', { KeyId }, { region: OTHER })
    assert.deepEqual(
      [await stateOf(world, KeyId), await stateOf(world, KeyId, OTHER), await state()],
      ['Enabled', 'Disabled', 'active'],
    )
    const encrypt = { KeyId, Plaintext: base64('x') }
    await world.refused('DisabledException', 'Encrypt', encrypt, { region: OTHER })
    await world.call('Encrypt', encrypt)
    await world.call('DisableKey', { KeyId })
    await world.call('DisableKey', { KeyId })
    assert.equal(await state(), 'suspended')
    await world.call('EnableKey', { KeyId }, { region: OTHER })
    assert.deepEqual(
      [await stateOf(world, KeyId), await stateOf(world, KeyId, OTHER), await state()],
      ['Disabled', 'Enabled', 'active'],
    )
    await world.call('EnableKey', { KeyId })
    assert.equal(await stateOf(world, KeyId), 'Enabled')
  })

  test('a replica goes by itself, and may be made anew', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER)
    const input = { KeyId, PendingWindowInDays: 7 }
    const planned = await world.call('ScheduleKeyDeletion', input, { region: OTHER })
    assert.equal(planned['KeyState'], 'PendingDeletion')
    assert.equal(planned['DeletionDate'], world.clock.now() / 1_000 + 7 * DAY)
    assert.equal(await stateOf(world, KeyId), 'Enabled')
    await world.call('CancelKeyDeletion', { KeyId }, { region: OTHER })
    assert.equal(await stateOf(world, KeyId, OTHER), 'Disabled')
    await world.call('ScheduleKeyDeletion', input, { region: OTHER })
    world.clock.set(world.clock.now() + 7 * core.DAY_MS)
    await world.refused('NotFoundException', 'DescribeKey', { KeyId }, { region: OTHER })
    assert.deepEqual((await world.call('ListKeys', {}, { region: OTHER }))['Keys'], [])
    const config = (await metadata(world, KeyId))['MultiRegionConfiguration'] as Output
    assert.deepEqual(config['ReplicaKeys'], [])
    await world.call('ReplicateKey', { KeyId, ReplicaRegion: OTHER })
    assert.equal(await stateOf(world, KeyId, OTHER), 'Enabled')
  })

  test('a primary waits for its replicas, and then for its own window', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER, THIRD)
    const start = world.clock.now()
    const planned = await world.call('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 8 })
    assert.deepEqual(planned, {
      KeyId: (await metadata(world, KeyId))['Arn'],
      KeyState: 'PendingReplicaDeletion',
      PendingWindowInDays: 8,
    })
    const waiting = await metadata(world, KeyId)
    assert.equal(waiting['PendingDeletionWindowInDays'], 8)
    assert.equal(waiting['DeletionDate'], undefined)
    assert.equal(await stateOf(world, KeyId, OTHER), 'Enabled')
    const late = { KeyId, PendingWindowInDays: 10 }
    await world.call('ScheduleKeyDeletion', late, { region: OTHER })
    const soon = { KeyId, PendingWindowInDays: 7 }
    await world.call('ScheduleKeyDeletion', soon, { region: THIRD })
    const { key } = await world.run(core.getKey, { key: coreId(KeyId) })
    assert.equal(key.destroyAt, start + 18 * core.DAY_MS)
    assert.equal(await stateOf(world, KeyId), 'PendingReplicaDeletion')
    world.clock.set(start + 10 * core.DAY_MS)
    assert.equal(await stateOf(world, KeyId), 'PendingDeletion')
    assert.equal((await metadata(world, KeyId))['DeletionDate'], start / 1_000 + 18 * DAY)
    await world.call('CancelKeyDeletion', { KeyId })
    assert.equal(await stateOf(world, KeyId), 'Disabled')
    await world.call('EnableKey', { KeyId })
    assert.equal(await stateOf(world, KeyId), 'Enabled')
  })

  test('a waiting primary stays when its replica does', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER)
    await world.call('ScheduleKeyDeletion', { KeyId })
    await world.call('ScheduleKeyDeletion', { KeyId }, { region: OTHER })
    await world.call('CancelKeyDeletion', { KeyId }, { region: OTHER })
    const { key } = await world.run(core.getKey, { key: coreId(KeyId) })
    assert.equal(key.destroyAt, undefined)
    assert.equal(await stateOf(world, KeyId), 'PendingReplicaDeletion')
    assert.equal(await stateOf(world, KeyId, OTHER), 'Disabled')
    await world.call('CancelKeyDeletion', { KeyId })
    assert.equal(await stateOf(world, KeyId), 'Disabled')
  })

  test('gets another primary, which alone is replicated and rotated', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER)
    const no = (exception: string, input: Output, region: string = HOME): Promise<unknown> =>
      world.refused(
        exception,
        'UpdatePrimaryRegion',
        { KeyId, PrimaryRegion: OTHER, ...input },
        { region },
      )
    await no('NotFoundException', { PrimaryRegion: THIRD })
    await no('ValidationException', { PrimaryRegion: HOME })
    await no('UnsupportedOperationException', {}, OTHER)
    await no('UnsupportedOperationException', { KeyId: await keyOf(world) })
    await world.call('UpdatePrimaryRegion', { KeyId, PrimaryRegion: OTHER })
    const type = async (region: string): Promise<unknown> =>
      ((await metadata(world, KeyId, region))['MultiRegionConfiguration'] as Output)[
        'MultiRegionKeyType'
      ]
    assert.deepEqual([await type(HOME), await type(OTHER)], ['REPLICA', 'PRIMARY'])
    await world.refused('UnsupportedOperationException', 'RotateKeyOnDemand', { KeyId })
    await world.call('RotateKeyOnDemand', { KeyId }, { region: OTHER })
    assert.equal(
      (await metadata(world, KeyId))['CurrentKeyMaterialId'],
      (await metadata(world, KeyId, OTHER))['CurrentKeyMaterialId'],
    )
  })

  test('is destroyed in all of them through another door', async () => {
    const world = makeAwsWorld()
    const KeyId = await made(world, OTHER)
    await world.run(core.destroyKey, { key: coreId(KeyId), windowDays: 0 })
    for (const region of [HOME, OTHER]) {
      await world.refused('NotFoundException', 'DescribeKey', { KeyId }, { region })
    }
  })
})

describe('rotation', () => {
  const status = (world: AwsWorld, KeyId: string): Promise<Output> =>
    world.call('GetKeyRotationStatus', { KeyId })

  test('by a schedule, which can be changed and ended', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const { Arn } = await metadata(world, KeyId)
    assert.deepEqual(await status(world, KeyId), { KeyId: Arn, KeyRotationEnabled: false })
    await world.call('EnableKeyRotation', { KeyId })
    const on = await status(world, KeyId)
    assert.deepEqual(on, {
      KeyId: Arn,
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: world.clock.now() / 1_000 + 365 * DAY,
    })
    await world.call('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })
    const { key } = await world.run(core.getKey, { key: KeyId })
    assert.equal(key.rotation?.periodDays, 90)
    world.clock.set((key.rotation?.nextAt ?? 0) - 60_000)
    await world.refused('ConflictException', 'RotateKeyOnDemand', { KeyId })
    world.clock.set((key.rotation?.nextAt ?? 0) + 1)
    await world.run(core.rotateWhenDue, { key: KeyId })
    const { Rotations } = await world.call('ListKeyRotations', { KeyId })
    assert.deepEqual(
      (Rotations as Output[]).map(({ RotationType }) => RotationType),
      ['AUTOMATIC'],
    )
    await world.call('DisableKeyRotation', { KeyId })
    assert.equal((await status(world, KeyId))['KeyRotationEnabled'], false)
  })

  test('on demand, 25 times, whoever asked for it', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const first = (await metadata(world, KeyId))['CurrentKeyMaterialId']
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('x') })
    await world.run(core.rotateKey, { key: KeyId })
    for (let turn = 1; turn < 25; turn++) await world.call('RotateKeyOnDemand', { KeyId })
    const message = /limit of 25/
    await world.refused('LimitExceededException', 'RotateKeyOnDemand', { KeyId }, { message })
    assert.equal((await world.call('Decrypt', { CiphertextBlob }))['Plaintext'], base64('x'))
    const seen: Output[] = []
    let Marker: unknown
    do {
      const page = await world.call('ListKeyRotations', { KeyId, Limit: 10, Marker })
      seen.push(...(page['Rotations'] as Output[]))
      Marker = page['NextMarker']
    } while (Marker !== undefined)
    assert.equal(seen.length, 25)
    assert.ok(seen.every(({ RotationType }) => RotationType === 'ON_DEMAND'))
    const all = await world.call('ListKeyRotations', {
      KeyId,
      IncludeKeyMaterial: 'ALL_KEY_MATERIAL',
    })
    const [oldest, ...later] = all['Rotations'] as Output[]
    assert.equal(oldest?.['KeyMaterialId'], first)
    assert.equal(oldest?.['KeyMaterialState'], 'NON_CURRENT')
    assert.equal(oldest?.['RotationDate'], undefined)
    assert.equal(later.at(-1)?.['KeyMaterialState'], 'CURRENT')
  })

  test('is for enabled symmetric encryption keys', async () => {
    const world = makeAwsWorld()
    const signer = await keyOf(world, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const hmac = await keyOf(world, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
    const KeyId = await keyOf(world)
    await world.call('DisableKey', { KeyId })
    for (const action of ['EnableKeyRotation', 'DisableKeyRotation', 'RotateKeyOnDemand']) {
      for (const wrong of [signer, hmac]) {
        await world.refused('UnsupportedOperationException', action, { KeyId: wrong })
      }
      await world.refused('DisabledException', action, { KeyId }, { message: /is disabled\.$/ })
    }
    await world.refused('UnsupportedOperationException', 'GetKeyRotationStatus', { KeyId: signer })
    await world.refused('UnsupportedOperationException', 'ListKeyRotations', { KeyId: hmac })
    for (const RotationPeriodInDays of [89, 2_561]) {
      const input = { KeyId, RotationPeriodInDays }
      await world.refused('ValidationException', 'EnableKeyRotation', input)
    }
  })
})

test('GetKeyLastUsage tells of uses through every door', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const created = world.clock.now() / 1_000
  const unused = await world.call('GetKeyLastUsage', { KeyId })
  assert.deepEqual(unused, {
    KeyId,
    KeyLastUsage: {},
    TrackingStartDate: created,
    KeyCreationDate: created,
  })
  world.clock.set(world.clock.now() + 5_000)
  await world.call('Encrypt', { KeyId, Plaintext: base64('x') })
  const used = (await world.call('GetKeyLastUsage', { KeyId }))['KeyLastUsage'] as Output
  assert.equal(used['Operation'], 'Encrypt')
  assert.equal(used['Timestamp'], created + 5)
  assert.equal(typeof used['CloudTrailEventId'], 'string')
  world.clock.set(world.clock.now() + 5_000)
  await world.data(core.generateDataKey, { key: KeyId, items: [{ lengthBytes: 32 }] })
  const later = (await world.call('GetKeyLastUsage', { KeyId }))['KeyLastUsage'] as Output
  assert.equal(later['Operation'], 'GenerateDataKey')
  await world.refused('NotFoundException', 'GetKeyLastUsage', { KeyId: 'alias/x' })
})

import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { AWS_KEY_SPECS } from '../../../src/protocols/aws-kms/key-spec.ts'
import { ACCOUNT, HOME, makeAwsWorld, type Output, textOf } from './aws-world.ts'

const metadata = (output: Output): Output => output['KeyMetadata'] as Output

describe('CreateKey and DescribeKey', () => {
  test('a symmetric key by default, with all that AWS says of it', async () => {
    const world = makeAwsWorld()
    const made = metadata(await world.call('CreateKey'))
    const keyId = textOf(made, 'KeyId')
    assert.deepEqual(made, {
      AWSAccountId: ACCOUNT,
      KeyId: keyId,
      Arn: `arn:aws:kms:${HOME}:${ACCOUNT}:key/${keyId}`,
      CreationDate: world.clock.now() / 1_000,
      Enabled: true,
      Description: '',
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      CurrentKeyMaterialId: made['CurrentKeyMaterialId'],
      MultiRegion: false,
    })
    assert.match(textOf(made, 'CurrentKeyMaterialId'), /^[0-9a-f]{64}$/)
    for (const reference of [keyId, textOf(made, 'Arn')]) {
      assert.deepEqual(metadata(await world.call('DescribeKey', { KeyId: reference })), made)
    }
  })

  for (const [spec, { usages }] of Object.entries(AWS_KEY_SPECS)) {
    for (const [usage, algorithms] of Object.entries(usages)) {
      test(`${spec} to ${usage}`, async () => {
        const { call } = makeAwsWorld()
        const made = metadata(await call('CreateKey', { KeySpec: spec, KeyUsage: usage }))
        assert.equal(made['KeySpec'], spec)
        assert.equal(made['KeyUsage'], usage)
        assert.equal(made['KeyState'], 'Enabled')
        const named = Object.entries(made).filter(([name]) => name.endsWith('Algorithms'))
        assert.deepEqual(
          named.map(([, names]) => names),
          [algorithms],
        )
      })
    }
  }

  test('description, tags and policy are kept', async () => {
    const { call } = makeAwsWorld()
    const Description = 'ä long one\u0007'.repeat(500)
    const Tags = [{ TagKey: 'team', TagValue: 'payments' }]
    const made = metadata(await call('CreateKey', { Description, Tags }))
    assert.equal(made['Description'], Description)
    assert.deepEqual(await call('ListResourceTags', { KeyId: made['KeyId'] }), {
      Tags,
      Truncated: false,
    })
  })

  test('what does not go together is refused in AWS’s words', async () => {
    const { refused } = makeAwsWorld()
    const no = (input: Output, message: RegExp, exception = 'ValidationException') =>
      refused(exception, 'CreateKey', input, { message })
    await no({ KeySpec: 'RSA_1024' }, /Value 'RSA_1024' at 'keySpec' failed to satisfy constraint/)
    await no({ KeySpec: 'RSA_2048' }, /must specify a KeyUsage/)
    await no({ KeySpec: 'HMAC_256' }, /must specify a KeyUsage/)
    await no(
      { KeySpec: 'RSA_2048', KeyUsage: 'KEY_AGREEMENT' },
      /^KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048$/,
    )
    await no(
      { KeySpec: 'SYMMETRIC_DEFAULT', CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' },
      /CustomerMasterKeySpec is deprecated/,
    )
    await no({ Description: 'x'.repeat(8_193) }, /less than or equal to 8192/)
    await no({ KeySpec: 'SM2', KeyUsage: 'SIGN_VERIFY' }, /China/, 'UnsupportedOperationException')
    await no({ Origin: 'AWS_CLOUDHSM' }, /CustomKeyStoreId is required/)
    await no(
      { Origin: 'AWS_CLOUDHSM', CustomKeyStoreId: 'cks-1' },
      /cks-1/,
      'CustomKeyStoreNotFoundException',
    )
    await no({ XksKeyId: 'x' }, /XksKeyId/)
    await no({ CustomKeyStoreId: 'cks-1' }, /CustomKeyStoreId/)
    const tag = { TagKey: 'aws:x', TagValue: '' }
    await no({ Tags: [tag] }, /reserved/, 'TagException')
    await no({ Description: 5 }, /not a string/, 'SerializationException')
    await no({ Tags: 'x' }, /not a list/, 'SerializationException')
    await no({ Tags: [5] }, /not a structure/, 'SerializationException')
  })

  test('a key that is not there', async () => {
    const { refused } = makeAwsWorld()
    const id = '1234abcd-12ab-74cd-86ef-1234567890ab'
    await refused('NotFoundException', 'DescribeKey', { KeyId: id })
    await refused('NotFoundException', 'DescribeKey', { KeyId: 'alias/nothing' })
    await refused('ValidationException', 'DescribeKey', {})
  })

  test('keys and a policy’s no are told apart only by who may', async () => {
    const world = makeAwsWorld()
    const made = metadata(await world.call('CreateKey'))
    world.denied.add('key.get')
    await assert.rejects(world.call('DescribeKey', { KeyId: made['KeyId'] }), { code: 'denied' })
  })
})

describe('one key, many doors', () => {
  test('a key made here is suspended, resumed and destroyed elsewhere', async () => {
    const world = makeAwsWorld()
    const KeyId = textOf(await world.call('CreateKey'), 'KeyMetadata.KeyId')
    const state = async (): Promise<unknown> =>
      metadata(await world.call('DescribeKey', { KeyId }))['KeyState']
    await world.run(core.suspendKey, { key: KeyId, reason: 'audit' })
    assert.equal(await state(), 'Disabled')
    await world.call('EnableKey', { KeyId })
    assert.equal((await world.run(core.getKey, { key: KeyId })).state, 'active')
    await world.call('DisableKey', { KeyId })
    assert.equal((await world.run(core.getKey, { key: KeyId })).state, 'suspended')
    await world.run(core.resumeKey, { key: KeyId })
    assert.equal(await state(), 'Enabled')
    await world.run(core.destroyKey, { key: KeyId, windowDays: 7 })
    assert.equal(await state(), 'PendingDeletion')
    await world.call('CancelKeyDeletion', { KeyId })
    assert.equal(await state(), 'Disabled')
    await world.run(core.destroyKey, { key: KeyId, windowDays: 0 })
    await world.refused('NotFoundException', 'DescribeKey', { KeyId })
  })

  test('a key made elsewhere is seen in the home region, in AWS’s words', async () => {
    const world = makeAwsWorld()
    const { key } = await world.run(core.createKey, {
      name: 'signer',
      spec: 'ec-p384',
      description: 'of the build',
    })
    const seen = metadata(await world.call('DescribeKey', { KeyId: key.id }))
    assert.equal(seen['KeySpec'], 'ECC_NIST_P384')
    assert.equal(seen['KeyUsage'], 'SIGN_VERIFY')
    assert.equal(seen['Description'], 'of the build')
    await world.refused(
      'NotFoundException',
      'DescribeKey',
      { KeyId: key.id },
      { region: 'us-east-1' },
    )
    await world.call('UpdateKeyDescription', { KeyId: key.id, Description: 'of the release' })
    const { key: described } = await world.run(core.getKey, { key: key.id })
    assert.equal(described.description, 'of the release')
    await world.call('DisableKey', { KeyId: key.id })
    assert.equal((await world.run(core.getKey, { key: 'signer' })).state, 'suspended')
  })

  test('what AWS has no words for is not shown', async () => {
    const world = makeAwsWorld()
    const { key } = await world.run(core.createKey, { name: 'w', spec: 'aes-256', purpose: 'wrap' })
    await world.refused('NotFoundException', 'DescribeKey', { KeyId: key.id })
    assert.deepEqual(await world.call('ListKeys'), { Keys: [], Truncated: false })
  })

  test('a key that waits for its activation is disabled, and enabled by activating it', async () => {
    const world = makeAwsWorld()
    const input = { name: 'later', spec: 'aes-256', activate: false }
    const { key } = await world.run(core.createKey, input)
    const { KeyState } = metadata(await world.call('DescribeKey', { KeyId: key.id }))
    assert.equal(KeyState, 'Disabled')
    await world.call('EnableKey', { KeyId: key.id })
    assert.equal((await world.run(core.getKey, { key: key.id })).state, 'active')
  })
})

describe('ListKeys', () => {
  test('pages, in the order in which they were made', async () => {
    const world = makeAwsWorld()
    const made: unknown[] = []
    for (let index = 0; index < 5; index++) {
      made.push(metadata(await world.call('CreateKey'))['KeyId'])
      world.clock.set(world.clock.now() + 1)
    }
    await world.run(core.createKey, { name: 'hidden', spec: 'x25519' })
    await world.call('CreateKey', {}, { region: 'us-east-1' })
    const seen: unknown[] = []
    let Marker: unknown
    do {
      const page = await world.call('ListKeys', { Limit: 2, Marker })
      const keys = page['Keys'] as Output[]
      assert.ok(keys.length <= 2)
      seen.push(...keys.map(({ KeyId }) => KeyId))
      assert.equal(page['Truncated'], page['NextMarker'] !== undefined)
      Marker = page['NextMarker']
    } while (Marker !== undefined)
    assert.deepEqual(seen, made)
    assert.equal(
      ((await world.call('ListKeys', {}, { region: 'us-east-1' }))['Keys'] as []).length,
      1,
    )
    await world.refused('InvalidMarkerException', 'ListKeys', { Marker: 'nonsense' })
    await world.refused('ValidationException', 'ListKeys', { Limit: 0 })
    await world.refused('ValidationException', 'ListKeys', { Limit: 1_001 })
  })
})

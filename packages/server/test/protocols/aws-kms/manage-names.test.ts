import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { ACCOUNT, type AwsWorld, HOME, makeAwsWorld, type Output, textOf } from './aws-world.ts'

const keyOf = async (world: AwsWorld, input: Output = {}): Promise<string> =>
  textOf(await world.call('CreateKey', input), 'KeyMetadata.KeyId')

async function aliasesOf(world: AwsWorld, input: Output = {}): Promise<unknown[]> {
  const { Aliases } = await world.call('ListAliases', input)
  return (Aliases as Output[]).map(({ AliasName }) => AliasName)
}

describe('aliases', () => {
  test('name a key everywhere, move, and go', async () => {
    const world = makeAwsWorld()
    const [one, two] = [await keyOf(world), await keyOf(world)]
    const AliasName = 'alias/app/payments'
    await world.call('CreateAlias', { AliasName, TargetKeyId: one })
    const created = world.clock.now() / 1_000
    assert.deepEqual(await world.call('ListAliases', { KeyId: one }), {
      Aliases: [
        {
          AliasName,
          AliasArn: `arn:aws:kms:${HOME}:${ACCOUNT}:${AliasName}`,
          TargetKeyId: one,
          CreationDate: created,
          LastUpdatedDate: created,
        },
      ],
      Truncated: false,
    })
    const named = async (KeyId: string): Promise<string> =>
      textOf(await world.call('DescribeKey', { KeyId }), 'KeyMetadata.KeyId')
    assert.equal(await named(AliasName), one)
    world.clock.set(world.clock.now() + 60_000)
    await world.call('UpdateAlias', { AliasName, TargetKeyId: two })
    assert.equal(await named(`arn:aws:kms:${HOME}:${ACCOUNT}:${AliasName}`), two)
    assert.deepEqual(await aliasesOf(world, { KeyId: one }), [])
    const { Aliases } = await world.call('ListAliases', { KeyId: two })
    const [entry] = Aliases as Output[]
    assert.equal(entry?.['CreationDate'], created)
    assert.equal(entry?.['LastUpdatedDate'], created + 60)
    await world.refused(
      'NotFoundException',
      'DescribeKey',
      { KeyId: AliasName },
      { region: 'us-east-1' },
    )
    await world.call('DeleteAlias', { AliasName })
    await world.refused('NotFoundException', 'DeleteAlias', { AliasName })
    await world.refused('NotFoundException', 'DescribeKey', { KeyId: AliasName })
    assert.deepEqual(await aliasesOf(world, { KeyId: two }), [])
  })

  test('are refused in AWS’s words', async () => {
    const world = makeAwsWorld()
    const TargetKeyId = await keyOf(world)
    const no = (exception: string, input: Output, message: RegExp): Promise<unknown> =>
      world.refused(exception, 'CreateAlias', { TargetKeyId, ...input }, { message })
    await no('NotAuthorizedException', { AliasName: 'alias/aws/s3' }, /reserved/)
    await no('InvalidAliasNameException', { AliasName: 'alias/a:b' }, /invalid characters/)
    await no('InvalidAliasNameException', { AliasName: 'alias/' }, /Invalid identifier/)
    await no('ValidationException', { AliasName: 'alias/a b' }, /regular expression pattern/)
    await no('ValidationException', { AliasName: 'payments' }, /Invalid identifier/)
    await no('ValidationException', { AliasName: `alias/${'x'.repeat(256)}` }, /256/)
    await no('ValidationException', {}, /null at 'aliasName'|null/)
    const AliasName = 'alias/a'
    await no('ValidationException', { AliasName, TargetKeyId: 'alias/b' }, /Not aliases/)
    await no(
      'NotFoundException',
      { AliasName, TargetKeyId: '12345678-1234-7234-8234-123456789012' },
      /does not exist/,
    )
    await world.call('CreateAlias', { AliasName, TargetKeyId })
    await no(
      'AlreadyExistsException',
      { AliasName },
      /^An alias with the name arn:aws:kms:\S+:alias\/a already exists$/,
    )
    await world.refused('NotFoundException', 'UpdateAlias', { AliasName: 'alias/b', TargetKeyId })
  })

  test('at most 50 of one key, in each region', async () => {
    const world = makeAwsWorld()
    const TargetKeyId = await keyOf(world)
    for (let index = 0; index < 50; index++) {
      await world.call('CreateAlias', { AliasName: `alias/${index}`, TargetKeyId })
    }
    const another = { AliasName: 'alias/another', TargetKeyId }
    await world.refused('LimitExceededException', 'CreateAlias', another)
    const seen: unknown[] = []
    let Marker: unknown
    do {
      const page = await world.call('ListAliases', { Limit: 20, Marker })
      seen.push(...(page['Aliases'] as Output[]).map(({ AliasName }) => AliasName))
      Marker = page['NextMarker']
    } while (Marker !== undefined)
    assert.equal(new Set(seen).size, 50)
    assert.equal(seen.length, 50)
    assert.equal((await aliasesOf(world)).length, 50)
    await world.refused('ValidationException', 'ListAliases', { Limit: 101 })
    await world.refused('InvalidMarkerException', 'ListAliases', { Marker: 'x' })
  })

  test('move between keys of one type and usage only, and not to one that is being deleted', async () => {
    const world = makeAwsWorld()
    const AliasName = 'alias/a'
    await world.call('CreateAlias', { AliasName, TargetKeyId: await keyOf(world) })
    for (const input of [
      { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' },
    ]) {
      const TargetKeyId = await keyOf(world, input)
      await world.refused('KMSInvalidStateException', 'UpdateAlias', { AliasName, TargetKeyId })
    }
    const TargetKeyId = await keyOf(world)
    await world.call('ScheduleKeyDeletion', { KeyId: TargetKeyId })
    const message = /is pending deletion\.$/
    const input = { AliasName, TargetKeyId }
    await world.refused('KMSInvalidStateException', 'UpdateAlias', input, { message })
    const fresh = { AliasName: 'alias/b', TargetKeyId }
    await world.refused('KMSInvalidStateException', 'CreateAlias', fresh, { message })
  })

  test('go with their key, and may be made again', async () => {
    const world = makeAwsWorld()
    const AliasName = 'alias/a'
    const one = await keyOf(world)
    await world.call('CreateAlias', { AliasName, TargetKeyId: one })
    await world.run(core.destroyKey, { key: one, windowDays: 0 })
    assert.deepEqual(await aliasesOf(world), [])
    await world.refused('NotFoundException', 'DeleteAlias', { AliasName })
    const two = await keyOf(world)
    await world.call('CreateAlias', { AliasName, TargetKeyId: two })
    assert.deepEqual(await aliasesOf(world, { KeyId: two }), [AliasName])
  })
})

describe('tags', () => {
  test('are added, replaced, paged and taken away', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, { Tags: [{ TagKey: 'b', TagValue: '1' }] })
    const Tags = [
      { TagKey: 'b', TagValue: '2' },
      { TagKey: 'a', TagValue: '' },
    ]
    await world.call('TagResource', { KeyId, Tags })
    const first = await world.call('ListResourceTags', { KeyId, Limit: 1 })
    assert.deepEqual(first['Tags'], [{ TagKey: 'a', TagValue: '' }])
    assert.equal(first['Truncated'], true)
    const second = await world.call('ListResourceTags', { KeyId, Marker: first['NextMarker'] })
    assert.deepEqual(second, { Tags: [{ TagKey: 'b', TagValue: '2' }], Truncated: false })
    await world.call('UntagResource', { KeyId, TagKeys: ['b', 'none'] })
    const left = await world.call('ListResourceTags', { KeyId })
    assert.deepEqual(left['Tags'], [{ TagKey: 'a', TagValue: '' }])
  })

  test('are refused in AWS’s words', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const no = (exception: string, Tags: unknown): Promise<unknown> =>
      world.refused(exception, 'TagResource', { KeyId, Tags })
    const TagValue = 'x'
    await no('TagException', [{ TagKey: 'AWS:x', TagValue }])
    await no('TagException', [{ TagKey: 'x\u0000', TagValue }])
    await no('TagException', [
      { TagKey: 'x', TagValue },
      { TagKey: 'x', TagValue },
    ])
    await no('ValidationException', [{ TagKey: 'x'.repeat(129), TagValue }])
    await no('ValidationException', [{ TagKey: 'x', TagValue: 'x'.repeat(257) }])
    await no('ValidationException', [{ TagKey: 'x' }])
    await no('ValidationException', undefined)
    const many = Array.from({ length: 30 }, (_, index) => ({ TagKey: `k${index}`, TagValue }))
    await world.call('TagResource', { KeyId, Tags: many })
    await no(
      'TagException',
      many.map(({ TagKey }) => ({ TagKey: `other-${TagKey}`, TagValue })),
    )
    await world.refused('ValidationException', 'UntagResource', { KeyId })
    await world.refused('SerializationException', 'UntagResource', { KeyId, TagKeys: [5] })
    await world.call('ScheduleKeyDeletion', { KeyId })
    await no('KMSInvalidStateException', [{ TagKey: 'x', TagValue }])
  })

  test('may be put on keys that another protocol made', async () => {
    const world = makeAwsWorld()
    const { key } = await world.run(core.createKey, { name: 'k', spec: 'aes-256' })
    const Tags = [{ TagKey: 'team', TagValue: 'ops' }]
    await world.call('TagResource', { KeyId: key.id, Tags })
    assert.deepEqual((await world.call('ListResourceTags', { KeyId: key.id }))['Tags'], Tags)
    assert.equal(
      textOf(await world.call('DescribeKey', { KeyId: key.id }), 'KeyMetadata.KeyState'),
      'Enabled',
    )
  })
})

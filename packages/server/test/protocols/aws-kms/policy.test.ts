import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { attachToTenant } from '@claviger/core'
import { authorized } from '../../../src/protocols/aws-kms/authorization.ts'
import type { AwsCall } from '../../../src/protocols/aws-kms/call.ts'
import { resolveKey } from '../../../src/protocols/aws-kms/key-reference.ts'
import { identityPolicyName } from '../../../src/protocols/aws-kms/policy/identity-policy.ts'
import { REQUEST } from '../../keeper/world.ts'
import { ACCOUNT, base64, makeAwsWorld, type AwsWorld, type Output, textOf } from './aws-world.ts'

const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
const ROOT = `arn:aws:iam::${ACCOUNT}:root`
const policyOf = (...Statement: Output[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement })
const ADMIN: Output = {
  Effect: 'Allow',
  Principal: { AWS: user('admin') },
  Action: 'kms:*',
  Resource: '*',
}
const plain = { Plaintext: base64('x') }

async function keyOf(world: AwsWorld, input: Output = {}): Promise<string> {
  return textOf(await world.call('CreateKey', input), 'KeyMetadata.Arn')
}

/** What the administrator would do with `claviger aws policies put`. */
async function attach(world: AwsWorld, name: string, document: string): Promise<void> {
  const { session } = world.caller(name)
  const attachment = identityPolicyName(session.principal)
  const compute = async () => ({
    output: undefined,
    changes: [{ name: attachment, body: { document }, expected: 0 }],
  })
  await world.keeper.execute(world.session, attachToTenant<undefined>(), { compute }, REQUEST)
}

describe('key policies', () => {
  it('come back byte for byte', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const first = await world.call('GetKeyPolicy', { KeyId })
    assert.equal(first['PolicyName'], 'default')
    assert.match(textOf(first, 'Policy'), /"Sid" : "Enable IAM User Permissions"/)
    assert.ok(textOf(first, 'Policy').includes(ROOT))
    const Policy = ` {\r\n\t"Statement" :[${JSON.stringify(ADMIN)}],  "Id":"\u00e9","Version":"2012-10-17"}\n`
    assert.deepEqual(await world.call('PutKeyPolicy', { KeyId, Policy, PolicyName: 'default' }), {})
    assert.equal((await world.call('GetKeyPolicy', { KeyId }))['Policy'], Policy)
    const made = await keyOf(world, { Policy })
    assert.equal((await world.call('GetKeyPolicy', { KeyId: made }))['Policy'], Policy)
    const listed = await world.call('ListKeyPolicies', { KeyId })
    assert.deepEqual(listed, { PolicyNames: ['default'], Truncated: false })
  })

  it('have one name, and belong to keys by id or ARN', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const other = { KeyId, PolicyName: 'other' }
    const message = 'No such policy exists'
    await world.refused('NotFoundException', 'GetKeyPolicy', other, { message })
    const Policy = policyOf(ADMIN)
    await world.refused('NotFoundException', 'PutKeyPolicy', { ...other, Policy }, { message })
    await world.call('CreateAlias', { AliasName: 'alias/a', TargetKeyId: KeyId })
    await world.refused('NotFoundException', 'GetKeyPolicy', { KeyId: 'alias/a' })
    await world.refused('ValidationException', 'PutKeyPolicy', { KeyId })
    await world.refused('ValidationException', 'PutKeyPolicy', { KeyId, Policy: '' })
    await world.refused('ValidationException', 'PutKeyPolicy', { KeyId, Policy: '{"Id":"\u2603"}' })
    await world.refused('InvalidMarkerException', 'ListKeyPolicies', { KeyId, Marker: 'x' })
  })

  it('are bounded and must be well formed', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const long = `${policyOf(ADMIN)}${' '.repeat(32_768)}`
    await world.refused('LimitExceededException', 'PutKeyPolicy', { KeyId, Policy: long })
    const longer = ' '.repeat(131_073)
    await world.refused('ValidationException', 'PutKeyPolicy', { KeyId, Policy: longer })
    const BypassPolicyLockoutSafetyCheck = true
    for (const Policy of ['{', '[]', 'null', '{"Statement":[]}', policyOf({ Effect: 'Allow' })]) {
      const input = { KeyId, Policy, BypassPolicyLockoutSafetyCheck }
      await world.refused('MalformedPolicyDocumentException', 'PutKeyPolicy', input)
      await world.refused('MalformedPolicyDocumentException', 'CreateKey', { Policy })
    }
  })

  it('may not lock their author out, unless that is asked for', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const Policy = policyOf({ ...ADMIN, Principal: { AWS: user('bob') } })
    const message = 'The new key policy will not allow you to update the key policy in the future.'
    const refused = 'MalformedPolicyDocumentException'
    await world.refused(refused, 'PutKeyPolicy', { KeyId, Policy }, { message })
    await world.refused(refused, 'CreateKey', { Policy }, { message })
    const denied = policyOf(ADMIN, { ...ADMIN, Effect: 'Deny', Action: 'kms:Put*' })
    await world.refused(refused, 'PutKeyPolicy', { KeyId, Policy: denied }, { message })
    const BypassPolicyLockoutSafetyCheck = true
    await world.call('PutKeyPolicy', { KeyId, Policy, BypassPolicyLockoutSafetyCheck })
    await world.refused('AccessDeniedException', 'GetKeyPolicy', { KeyId })
    assert.equal((await world.call('GetKeyPolicy', { KeyId }, { as: 'bob' }))['Policy'], Policy)
    await world.call('CreateKey', { Policy, BypassPolicyLockoutSafetyCheck })
  })

  it('are each of their region', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, { MultiRegion: true })
    const mine = policyOf(ADMIN)
    await world.call('ReplicateKey', { KeyId, ReplicaRegion: 'us-east-1' })
    await world.call('PutKeyPolicy', { KeyId, Policy: mine })
    const there = KeyId.replace('eu-central-1', 'us-east-1')
    await world.refused('AccessDeniedException', 'Encrypt', { KeyId, ...plain }, { as: 'bob' })
    const options = { as: 'bob', region: 'us-east-1' }
    await world.call('Encrypt', { KeyId: there, ...plain }, options)
  })
})

describe("AWS's rules", () => {
  it('narrow what Cedar allows, and never widen it', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, { Policy: policyOf(ADMIN) })
    await world.call('Encrypt', { KeyId, ...plain })
    world.denied.add('key.encrypt')
    const denied = (error: unknown): boolean =>
      isKeeperError(error) &&
      error.code === 'denied' &&
      error.message.includes('because no identity-based policy allows the kms:Encrypt action')
    await assert.rejects(world.call('Encrypt', { KeyId, ...plain }), denied)
    await assert.rejects(world.call('Encrypt', { KeyId, ...plain }, { as: 'root' }), denied)
  })

  it('are told to the log, allowing and denying', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, { Policy: policyOf(ADMIN) })
    const plainKey = await keyOf(world)
    const last = (): Output => world.log.events.at(-1) as Output
    await world.call('Encrypt', { KeyId, ...plain })
    assert.deepEqual(last()['policies'], ['test', 'aws-kms/key-policy'])
    await world.call('Encrypt', { KeyId: plainKey, ...plain })
    assert.deepEqual(last()['policies'], ['test', 'aws-kms/default-policy'])
    await world.refused('AccessDeniedException', 'Encrypt', { KeyId, ...plain }, { as: 'bob' })
    assert.equal(last()['action'], 'key.encrypt')
    assert.equal(last()['outcome'], 'denied')
    assert.equal(last()['error'], 'denied')
    const input = { KeyId, Policy: policyOf(ADMIN) }
    await world.refused('AccessDeniedException', 'PutKeyPolicy', input, { as: 'bob' })
    assert.equal(last()['action'], 'key.attach')
    assert.equal(last()['outcome'], 'denied')
  })

  it('follow a policy at the next call', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const bob = { as: 'bob' }
    await world.call('Encrypt', { KeyId, ...plain }, bob)
    await world.call('PutKeyPolicy', { KeyId, Policy: policyOf(ADMIN) })
    await world.refused('AccessDeniedException', 'Encrypt', { KeyId, ...plain }, bob)
    const Policy = policyOf(ADMIN, { ...ADMIN, Principal: { AWS: user('bob') } })
    await world.call('PutKeyPolicy', { KeyId, Policy })
    await world.call('Encrypt', { KeyId, ...plain }, bob)
  })

  it('ask both keys of ReEncrypt, each for its own part', async () => {
    const world = makeAwsWorld()
    const bob = (Action: string): Output => ({ ...ADMIN, Principal: { AWS: user('bob') }, Action })
    const from = await keyOf(world, { Policy: policyOf(ADMIN, bob('kms:ReEncryptFrom')) })
    const to = await keyOf(world, { Policy: policyOf(ADMIN, bob('kms:ReEncryptTo')) })
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId: from, ...plain })
    const input = { CiphertextBlob, DestinationKeyId: to }
    const { CiphertextBlob: moved } = await world.call('ReEncrypt', input, { as: 'bob' })
    const back = { CiphertextBlob: moved, DestinationKeyId: from }
    await world.refused('AccessDeniedException', 'ReEncrypt', back, { as: 'bob' })
    const same = { CiphertextBlob, DestinationKeyId: from }
    const message = /kms:ReEncryptTo on resource/
    await world.refused('AccessDeniedException', 'ReEncrypt', same, { as: 'bob', message })
  })

  it('do not speak of a key that nobody asked about', async () => {
    const world = makeAwsWorld()
    const [asked, other] = [await keyOf(world), await keyOf(world)]
    const call: AwsCall = {
      ...world.admin,
      ports: world.aws,
      action: 'Encrypt',
      input: {},
      request: { protocol: 'aws-kms', peer: '127.0.0.1' },
    }
    const key = await resolveKey(call, asked)
    const otherKey = await resolveKey(call, other)
    const resource = (id: string) =>
      ({ kind: 'key', id, name: 'x', revision: 1, attributes: {} }) as const
    const denied = (error: unknown): boolean => isKeeperError(error) && error.code === 'denied'
    for (const policy of [undefined, policyOf(ADMIN)]) {
      const document = { ...key.document, ...(policy !== undefined && { policy }) }
      const authorization = { action: 'kms:Encrypt', key: { ...key, document } }
      const { narrow } = await authorized(call, authorization)
      assert.ok((narrow?.('key.encrypt', resource(key.id)) ?? []).length > 0)
      assert.throws(() => narrow?.('key.encrypt', resource(otherKey.id)), denied)
    }
    const { narrow } = await authorized(call, { action: 'kms:ListKeys' })
    assert.throws(() => narrow?.('key.get', resource(key.id)), denied)
  })
})

describe('identity policies', () => {
  const mayEncrypt = policyOf({ Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' })

  it('narrow a principal as soon as one is attached', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    await world.call('DescribeKey', { KeyId }, { as: 'bob' })
    await attach(world, 'bob', mayEncrypt)
    await world.call('Encrypt', { KeyId, ...plain }, { as: 'bob' })
    const message = `User: ${user('bob')} is not authorized to perform: kms:DescribeKey on resource: ${KeyId} because no identity-based policy allows the kms:DescribeKey action`
    await world.refused('AccessDeniedException', 'DescribeKey', { KeyId }, { as: 'bob', message })
    await world.refused('AccessDeniedException', 'ListKeys', {}, { as: 'bob' })
    await world.refused('AccessDeniedException', 'CreateKey', {}, { as: 'bob' })
    await world.call('DescribeKey', { KeyId }, { as: 'carol' })
  })

  it('count for the lockout check where the key policy leaves it to them', async () => {
    const world = makeAwsWorld()
    await attach(
      world,
      'bob',
      policyOf({ Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*' }),
    )
    const Policy = policyOf({ ...ADMIN, Principal: { AWS: ROOT } })
    await world.refused('MalformedPolicyDocumentException', 'CreateKey', { Policy }, { as: 'bob' })
    await world.call('CreateKey', {}, { as: 'bob' })
  })
})

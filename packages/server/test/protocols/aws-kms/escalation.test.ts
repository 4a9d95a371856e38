import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { makeAwsWorld, type AwsWorld, HOME, type Output, textOf } from './aws-world.ts'
import { attach, everything, policyOf, user } from './policy-attachment.ts'

/* What somebody might try who may do a little, to do more. */

const may = (Action: string | readonly string[], more: Output = {}): Output => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
})
const bobMay = (Action: string): Output => ({ ...may(Action), Principal: { AWS: user('bob') } })
const as = 'bob'

async function keyOf(world: AwsWorld, input: Output = {}): Promise<string> {
  return textOf(await world.call('CreateKey', input), 'KeyMetadata.Arn')
}
const idOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1)

describe('nobody', () => {
  it('retires the grants of others for having a role alone', async () => {
    const world = makeAwsWorld()
    for (const policy of [{}, { Policy: policyOf(everything('admin'), bobMay('kms:*')) }]) {
      const KeyId = await keyOf(world, policy)
      const wish = { KeyId, GranteePrincipal: user('carol'), Operations: ['Decrypt'] }
      const { GrantId, GrantToken } = await world.call('CreateGrant', wish)
      const byId = { KeyId, GrantId }
      const message = /not authorized to perform: kms:RetireGrant on resource/
      await world.refused('AccessDeniedException', 'RetireGrant', byId, { as, message })
      await world.refused('AccessDeniedException', 'RetireGrant', { GrantToken }, { as, message })
    }
    await attach(world, 'dave', may('kms:RetireGrant'))
    const KeyId = await keyOf(world)
    const wish = { KeyId, GranteePrincipal: user('carol'), Operations: ['Decrypt'] }
    const { GrantId } = await world.call('CreateGrant', wish)
    await world.call('RetireGrant', { KeyId, GrantId }, { as: 'dave' })
  })

  it('makes tags by making keys', async () => {
    const world = makeAwsWorld()
    const Tags = [{ TagKey: 'Team', TagValue: 'payroll' }]
    await attach(world, 'bob', may('kms:CreateKey'))
    await attach(
      world,
      'carol',
      may('kms:CreateKey'),
      may('kms:TagResource', {
        Resource: 'arn:aws:kms:*:111122223333:key/*',
        Condition: { StringEquals: { 'aws:RequestTag/Team': 'billing' } },
      }),
    )
    await world.call('CreateKey', {}, { as })
    const message = /kms:TagResource on resource: arn:aws:kms:eu-central-1:111122223333:key\/\*/
    await world.refused('AccessDeniedException', 'CreateKey', { Tags }, { as, message })
    await world.refused('AccessDeniedException', 'CreateKey', { Tags }, { as: 'carol' })
    const own = [{ TagKey: 'Team', TagValue: 'billing' }]
    await world.call('CreateKey', { Tags: own }, { as: 'carol' })
  })

  it('takes an alias from a key that is not theirs to give up', async () => {
    const world = makeAwsWorld()
    const Policy = policyOf(everything('admin'), bobMay('kms:*'))
    const [theirs, own] = [await keyOf(world), await keyOf(world, { Policy })]
    const closed = await keyOf(world, { Policy: policyOf(everything('admin')) })
    const AliasName = 'alias/payments'
    await world.call('CreateAlias', { AliasName, TargetKeyId: closed })
    const input = { AliasName, TargetKeyId: own }
    await world.refused('AccessDeniedException', 'UpdateAlias', input, { as })
    await world.refused('AccessDeniedException', 'DeleteAlias', { AliasName }, { as })
    await world.call('UpdateAlias', { AliasName, TargetKeyId: theirs })
    const back = { AliasName, TargetKeyId: closed }
    await world.refused('AccessDeniedException', 'UpdateAlias', back, { as })
    await world.call('UpdateAlias', input, { as })
  })

  it('takes an alias in the moment in which it changes hands', async () => {
    const world = makeAwsWorld()
    const Policy = policyOf(everything('admin'), bobMay('kms:*'))
    const [own, other] = [await keyOf(world, { Policy }), await keyOf(world, { Policy })]
    const closed = await keyOf(world, { Policy: policyOf(everything('admin')) })
    for (const [action, more] of [
      ['UpdateAlias', { TargetKeyId: other }],
      ['DeleteAlias', {}],
    ] as const) {
      const AliasName = `alias/of-${action}`
      await world.call('CreateAlias', { AliasName, TargetKeyId: own })
      // The administrator's change is made when bob's call has been allowed, and before it is written.
      const { attachments } = world.keeper
      const get = attachments.get.bind(attachments)
      let reads = 0
      attachments.get = async (tenant, name) => {
        if (name.endsWith(AliasName) && ++reads === 2) {
          attachments.get = get
          await world.call('UpdateAlias', { AliasName, TargetKeyId: closed })
        }
        return get(tenant, name)
      }
      await world.refused('DependencyTimeoutException', action, { AliasName, ...more }, { as })
      attachments.get = get
      const described = await world.call('DescribeKey', { KeyId: AliasName })
      assert.equal(textOf(described, 'KeyMetadata.Arn'), closed)
    }
  })

  it('uses a key by the alias of another one', async () => {
    const world = makeAwsWorld()
    const condition = { Condition: { StringEquals: { 'kms:RequestAlias': 'alias/mine' } } }
    const Policy = policyOf(everything('admin'), { ...bobMay('kms:Encrypt'), ...condition })
    const [one, other] = [await keyOf(world, { Policy }), await keyOf(world, { Policy })]
    await world.call('CreateAlias', { AliasName: 'alias/mine', TargetKeyId: one })
    await world.call('CreateAlias', { AliasName: 'alias/theirs', TargetKeyId: other })
    const Plaintext = 'AAAA'
    await world.call('Encrypt', { KeyId: 'alias/mine', Plaintext }, { as })
    for (const KeyId of ['alias/theirs', one, other]) {
      await world.refused('AccessDeniedException', 'Encrypt', { KeyId, Plaintext }, { as })
    }
  })
})

describe('keys of several regions', () => {
  const AWAY = 'us-east-1'
  const many = { MultiRegion: true }

  it('are replicated by whoever may make such a key in the other region', async () => {
    const world = makeAwsWorld()
    const pair = { ...many, KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }
    const KeyId = await keyOf(world, pair)
    const where = (conditions: Output): Output =>
      may('kms:CreateKey', { Condition: { StringEquals: conditions } })
    const replicate = may('kms:ReplicateKey')
    await attach(world, 'here', replicate, where({ 'aws:RequestedRegion': HOME }))
    await attach(world, 'symmetric', replicate, where({ 'kms:KeySpec': 'SYMMETRIC_DEFAULT' }))
    await attach(world, 'mac', replicate, where({ 'kms:KeyUsage': 'GENERATE_VERIFY_MAC' }))
    await attach(world, 'outside', replicate, where({ 'kms:KeyOrigin': 'EXTERNAL' }))
    const all = {
      'aws:RequestedRegion': AWAY,
      'kms:KeySpec': 'ECC_NIST_P256',
      'kms:KeyUsage': 'SIGN_VERIFY',
      'kms:KeyOrigin': 'AWS_KMS',
      'kms:ReplicaRegion': undefined,
    }
    await attach(world, 'bob', replicate, where(all))
    const input = { KeyId, ReplicaRegion: AWAY }
    for (const name of ['here', 'symmetric', 'mac', 'outside']) {
      await world.refused('AccessDeniedException', 'ReplicateKey', input, { as: name })
    }
    const tagged = { ...input, Tags: [{ TagKey: 'a', TagValue: 'b' }] }
    const message = /kms:TagResource on resource: arn:aws:kms:us-east-1/
    await world.refused('AccessDeniedException', 'ReplicateKey', tagged, { as, message })
    await world.call('ReplicateKey', input, { as })
  })

  it('change their primary by whoever may in both regions', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, many)
    const Policy = policyOf(everything('admin'))
    await world.call('ReplicateKey', { KeyId, ReplicaRegion: AWAY, Policy })
    const input = { KeyId, PrimaryRegion: AWAY }
    const message = /kms:UpdatePrimaryRegion on resource: arn:aws:kms:us-east-1/
    await world.refused('AccessDeniedException', 'UpdatePrimaryRegion', input, { as, message })
    const nowhere = { KeyId, PrimaryRegion: 'eu-west-1' }
    await world.refused('NotFoundException', 'UpdatePrimaryRegion', nowhere, { as })
    await world.call('UpdatePrimaryRegion', input)
  })

  it('have a policy in each', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, { ...many, Policy: policyOf(everything('admin')) })
    await world.call('ReplicateKey', { KeyId, ReplicaRegion: AWAY })
    const there = { KeyId: idOf(KeyId), Plaintext: 'AAAA' }
    const { CiphertextBlob } = await world.call('Encrypt', there, { as, region: AWAY })
    await world.call('Decrypt', { CiphertextBlob, KeyId: idOf(KeyId) }, { as, region: AWAY })
    const here = { KeyId, CiphertextBlob }
    await world.refused('AccessDeniedException', 'Decrypt', here, { as })
    const { KeyId: _id, ...unnamed } = here
    await world.refused('AccessDeniedException', 'Decrypt', unnamed, { as })
  })
})

describe('conditions on the encryption context of a grant', () => {
  const condition = { Condition: { StringEquals: { 'kms:EncryptionContext:Department': 'IT' } } }
  const GranteePrincipal = user('carol')

  it('are held against the constraints', async () => {
    const world = makeAwsWorld()
    const Policy = policyOf(everything('admin'), { ...bobMay('kms:CreateGrant'), ...condition })
    const KeyId = await keyOf(world, { Policy })
    const wish = { KeyId, GranteePrincipal, Operations: ['Decrypt'] }
    const wrong = { EncryptionContextSubset: { Department: 'HR' } }
    for (const Constraints of [undefined, wrong]) {
      const input = { ...wish, Constraints }
      await world.refused('AccessDeniedException', 'CreateGrant', input, { as })
    }
    for (const name of ['EncryptionContextSubset', 'EncryptionContextEquals']) {
      const Constraints = { [name]: { Department: 'IT' } }
      await world.call('CreateGrant', { ...wish, Constraints }, { as })
    }
  })

  it('are held against those of the grant that is to be retired', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    await attach(world, 'bob', may('kms:RetireGrant', condition))
    for (const [Department, allowed] of [
      ['HR', false],
      ['IT', true],
    ] as const) {
      const Constraints = { EncryptionContextEquals: { Department } }
      const wish = { KeyId, GranteePrincipal, Operations: ['Decrypt'], Constraints }
      const { GrantId } = await world.call('CreateGrant', wish)
      const input = { KeyId, GrantId }
      if (allowed) await world.call('RetireGrant', input, { as })
      else await world.refused('AccessDeniedException', 'RetireGrant', input, { as })
    }
  })
})

import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import type { Action } from '@claviger/core'
import {
  ACCOUNT,
  base64,
  HOME,
  makeAwsWorld,
  type AwsWorld,
  type Output,
  textOf,
} from './aws-world.ts'
import { attach, everything, policyOf, user } from './policy-attachment.ts'

const Plaintext = base64('x')
const NOBODY = '00000000-0000-7000-8000-000000000000'
const NOWHERE = `arn:aws:kms:${HOME}:${ACCOUNT}:key/${NOBODY}`
const as = 'bob'

async function keyOf(world: AwsWorld, input: Output = {}): Promise<string> {
  return textOf(await world.call('CreateKey', input), 'KeyMetadata.Arn')
}

const denied = (name: string, action: string, resource: string): string =>
  `User: ${user(name)} is not authorized to perform: kms:${action} on resource: ${resource} because no identity-based policy allows the kms:${action} action`

describe("what the tenant's policy refuses", () => {
  const CASES: readonly (readonly [Action, string, (key: string) => Output])[] = [
    ['key.encrypt', 'Encrypt', (KeyId) => ({ KeyId, Plaintext })],
    ['key.get', 'DescribeKey', (KeyId) => ({ KeyId })],
    ['key.attach', 'PutKeyPolicy', (KeyId) => ({ KeyId, Policy: policyOf(everything(as)) })],
    ['key.attach', 'CreateAlias', (TargetKeyId) => ({ TargetKeyId, AliasName: 'alias/a' })],
    ['key.destroy', 'ScheduleKeyDeletion', (KeyId) => ({ KeyId })],
  ]
  for (const [action, name, input] of CASES) {
    it(`is refused in AWS's words: ${name}`, async () => {
      const world = makeAwsWorld()
      const KeyId = await keyOf(world)
      world.denied.add(action)
      const message = denied(as, name, KeyId)
      await world.refused('AccessDeniedException', name, input(KeyId), { as, message })
    })
  }

  it('names the account where a call is about no key', async () => {
    const world = makeAwsWorld()
    for (const [action, name] of [
      ['key.list', 'ListKeys'],
      ['key.create', 'CreateKey'],
    ] as const) {
      world.denied.add(action)
      await world.refused('AccessDeniedException', name, {}, { as, message: denied(as, name, '*') })
    }
  })

  it('names the side of ReEncrypt that was refused', async () => {
    for (const [action, name] of [
      ['key.re-encrypt-from', 'ReEncryptFrom'],
      ['key.re-encrypt-to', 'ReEncryptTo'],
    ] as const) {
      const world = makeAwsWorld()
      const [from, to] = [await keyOf(world), await keyOf(world)]
      const { CiphertextBlob } = await world.call('Encrypt', { KeyId: from, Plaintext })
      world.denied.add(action)
      const input = { CiphertextBlob, DestinationKeyId: to }
      const message = denied(as, name, action === 'key.re-encrypt-to' ? to : from)
      await world.refused('AccessDeniedException', 'ReEncrypt', input, { as, message })
    }
  })
})

describe('a key that is not there', () => {
  const last = (world: AwsWorld): Output => world.log.events.at(-1) as unknown as Output

  it('is said to be so to those who could have used it, and the attempt is recorded', async () => {
    const world = makeAwsWorld()
    const cases: readonly (readonly [string, Output, string, string])[] = [
      ['Encrypt', { KeyId: NOBODY, Plaintext }, 'key.encrypt', NOWHERE],
      ['DescribeKey', { KeyId: NOWHERE }, 'key.get', NOWHERE],
      ['DescribeKey', { KeyId: 'alias/no' }, 'key.get', `arn:aws:kms:${HOME}:${ACCOUNT}:alias/no`],
      [
        'DeleteAlias',
        { AliasName: 'alias/no' },
        'key.get',
        `arn:aws:kms:${HOME}:${ACCOUNT}:alias/no`,
      ],
      ['DisableKey', { KeyId: 'x' }, 'key.get', `arn:aws:kms:${HOME}:${ACCOUNT}:key/x`],
    ]
    for (const [action, input, asked, name] of cases) {
      const before = world.log.events.length
      await world.refused('NotFoundException', action, input, { as })
      assert.equal(world.log.events.length, before + 1, action)
      const { action: logged, outcome, error, target } = last(world)
      assert.deepEqual([logged, outcome, error], [asked, 'failed', 'not-found'])
      assert.deepEqual(target, { kind: 'key', id: '', name })
    }
  })

  it('is no more to those who could not than one that is', async () => {
    const world = makeAwsWorld()
    const there = await keyOf(world)
    await world.call('CreateAlias', { AliasName: 'alias/there', TargetKeyId: there })
    world.denied.add('key.encrypt')
    world.denied.add('key.get')
    for (const KeyId of [there, NOWHERE]) {
      const message = denied(as, 'Encrypt', KeyId)
      await world.refused('AccessDeniedException', 'Encrypt', { KeyId, Plaintext }, { as, message })
      const described = denied(as, 'DescribeKey', KeyId)
      const options = { as, message: described }
      await world.refused('AccessDeniedException', 'DescribeKey', { KeyId }, options)
    }
    for (const KeyId of ['alias/there', 'alias/nowhere']) {
      await world.refused('AccessDeniedException', 'Encrypt', { KeyId, Plaintext }, { as })
    }
    assert.equal(last(world)['outcome'], 'denied')
  })

  it('is denied by an identity policy as one that is', async () => {
    const world = makeAwsWorld()
    const there = await keyOf(world)
    await attach(world, 'bob', { Effect: 'Allow', Action: 'kms:Encrypt', Resource: there })
    await world.call('Encrypt', { KeyId: there, Plaintext }, { as })
    const message = denied(as, 'Encrypt', NOWHERE)
    const input = { KeyId: NOBODY, Plaintext }
    await world.refused('AccessDeniedException', 'Encrypt', input, { as, message })
    await attach(world, 'carol', { Effect: 'Allow', Action: 'kms:Encrypt', Resource: '*' })
    await world.refused('NotFoundException', 'Encrypt', input, { as: 'carol' })
  })

  it('is one of another account, and told from nothing there', async () => {
    const world = makeAwsWorld()
    const KeyId = (await keyOf(world)).replace(ACCOUNT, '999999999999')
    const message = /does not exist in this Region, no resource-based policies allow access/
    for (const other of [KeyId, KeyId.replace(/key\/.*/, 'alias/x')]) {
      const input = { KeyId: other, Plaintext }
      await world.refused('AccessDeniedException', 'Encrypt', input, { as, message })
      assert.equal(last(world)['outcome'], 'denied')
    }
  })

  it('is one that has no place in the region of the call', async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world)
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
    const region = 'us-east-1'
    const input = { KeyId, CiphertextBlob }
    await world.refused('NotFoundException', 'Decrypt', input, { as, region })
    const message = /^The ciphertext refers to a customer master key that does not exist/
    const unnamed = { CiphertextBlob }
    await world.refused('AccessDeniedException', 'Decrypt', unnamed, { as, region, message })
    assert.equal(last(world)['action'], 'key.decrypt')
  })
})

/** Calls that wait for several people, through the doors of AWS. */
import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { makeQuorumWorld, type Person, type QuorumWorld } from '../../keeper/quorum-world.ts'
import { type AwsWorld, base64, makeAwsWorld, type Output, textOf } from './aws-world.ts'

const ASKED = /repeat it when request ([0-9a-f-]{36}) is approved$/

interface Guarded {
  readonly world: QuorumWorld
  readonly aws: AwsWorld
  readonly board: readonly Person[]
}

async function guarded(...actions: readonly string[]): Promise<Guarded> {
  const world = makeQuorumWorld()
  const board = [await world.person('ann'), await world.person('ben')]
  const members = [{ principal: 'ann' }, { principal: 'ben' }]
  await world.as(world.admin, core.createGroup, { name: 'board', members })
  const rule = { name: 'both', actions, approvals: 2, group: 'board' }
  await world.as(world.admin, core.createQuorum, rule)
  return { world, aws: makeAwsWorld(world), board }
}

async function refusedUntilApproved(
  { world, aws, board }: Guarded,
  action: string,
  input: Output,
): Promise<Output> {
  const told = await aws.refused('AccessDeniedException', action, input, { message: ASKED })
  const id = ASKED.exec(told.message)?.[1] ?? ''
  const again = await aws.refused('AccessDeniedException', action, input)
  assert.equal(ASKED.exec(again.message)?.[1], id, 'one request')
  const stored = await world.store.get('approval', core.DEFAULT_TENANT, id)
  assert.ok(stored)
  for (const person of board) await world.approve(person, stored.value)
  return aws.call(action, input)
}

describe('a guarded call', () => {
  test('ScheduleKeyDeletion is refused with the id of its request, and done after approval', async () => {
    const stage = await guarded('key.destroy')
    const KeyId = textOf(await stage.aws.call('CreateKey'), 'KeyMetadata.KeyId')
    const input = { KeyId, PendingWindowInDays: 7 }
    const planned = await refusedUntilApproved(stage, 'ScheduleKeyDeletion', input)
    assert.equal(planned['KeyState'], 'PendingDeletion')
    const cancelled = await stage.aws.call('CancelKeyDeletion', { KeyId })
    assert.ok(textOf(cancelled, 'KeyId').endsWith(KeyId))
    await stage.aws.refused('AccessDeniedException', 'ScheduleKeyDeletion', input, {
      message: ASKED,
    })
  })

  test('Decrypt waits too, each use by itself', async () => {
    const stage = await guarded('key.decrypt')
    const { aws } = stage
    const KeyId = textOf(await aws.call('CreateKey'), 'KeyMetadata.KeyId')
    const Plaintext = base64('attack at dawn')
    const { CiphertextBlob } = await aws.call('Encrypt', { KeyId, Plaintext })
    const opened = await refusedUntilApproved(stage, 'Decrypt', { KeyId, CiphertextBlob })
    assert.equal(opened['Plaintext'], Plaintext)
    await aws.refused('AccessDeniedException', 'Decrypt', { KeyId, CiphertextBlob })
  })

  test('what is approved is the call, without the rules of the protocol', async () => {
    const stage = await guarded('key.sign', 'key.mac', 'key.re-encrypt-from', 'key.agree')
    const { aws, world } = stage
    const keyOf = async (input: Output) =>
      textOf(await aws.call('CreateKey', input), 'KeyMetadata.KeyId')
    const Message = base64('attack at dawn')
    const sign = { KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' }
    const SigningAlgorithm = 'ECDSA_SHA_256'
    const signing = await keyOf(sign)
    await refusedUntilApproved(stage, 'Sign', { KeyId: signing, Message, SigningAlgorithm })
    const { records } = await world.store.list('approval', {
      tenant: core.DEFAULT_TENANT,
      limit: 1,
    })
    const input = records[0]?.value.content.input as { readonly items: readonly object[] }
    assert.deepEqual(
      input.items.map((item) => Object.keys(item).includes('rules')),
      [false],
    )
    const mac = await keyOf({ KeyUsage: 'GENERATE_VERIFY_MAC', KeySpec: 'HMAC_256' })
    const MacAlgorithm = 'HMAC_SHA_256'
    await refusedUntilApproved(stage, 'GenerateMac', { KeyId: mac, Message, MacAlgorithm })
    const from = await keyOf({})
    const DestinationKeyId = await keyOf({})
    const { CiphertextBlob } = await aws.call('Encrypt', { KeyId: from, Plaintext: Message })
    await refusedUntilApproved(stage, 'ReEncrypt', { CiphertextBlob, DestinationKeyId })
    const agree = { KeyUsage: 'KEY_AGREEMENT', KeySpec: 'ECC_NIST_P256' }
    const KeyId = await keyOf(agree)
    const { PublicKey } = await aws.call('GetPublicKey', { KeyId: await keyOf(agree) })
    const KeyAgreementAlgorithm = 'ECDH'
    const peer = { KeyId, PublicKey, KeyAgreementAlgorithm }
    await refusedUntilApproved(stage, 'DeriveSharedSecret', peer)
  })
})

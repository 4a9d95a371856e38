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
})

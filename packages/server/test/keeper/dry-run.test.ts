import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  createKey,
  type DataCall,
  type DataOperation,
  decrypt,
  destroyKey,
  encrypt,
  type ExecuteOptions,
  generateDataKey,
  getKey,
  importKey,
  type ManagementOperation,
  reEncrypt,
  refusalEntry,
  rotateKey,
  seal,
  suspendKey,
  type TargetKind,
  unwrap,
  wrap,
} from '@claviger/core'
import { makeWorld, refuses, REQUEST, type World } from './world.ts'

const TEXT = new Uint8Array(16)

/** The whole answer, since a dry run of several items has one for each. */
const dry = <Item, Result>(
  { keeper, session }: World,
  operation: DataOperation<Item, Result>,
  call: DataCall<Item>,
) => keeper.executeData(session, operation, { ...call, dryRun: true }, REQUEST)

const dryChange = <Kind extends TargetKind, Input, Output>(
  { keeper, session }: World,
  operation: ManagementOperation<Kind, Input, Output>,
  input: Input,
  options: ExecuteOptions<Output> = {},
) => keeper.execute(session, operation, input, REQUEST, { ...options, dryRun: true })

describe('a dry run of a use', () => {
  test('says what would have happened, opens nothing and is recorded', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    world.custody.open = () => assert.fail('nothing is opened')
    const items = [{ plaintext: TEXT }]
    const error: unknown = await dry(world, encrypt, { key: 'k', items }).catch(
      (refusal: unknown) => refusal,
    )
    assert.ok(refuses('dry-run')(error))
    const event = world.log.events.at(-1)
    assert.deepEqual(
      [event?.['action'], event?.['outcome'], event?.['details'], event?.['versions']],
      ['key.encrypt', 'allowed', { dryRun: true }, [1]],
    )
    assert.equal(refusalEntry(error), world.log.entries.length - 1)
    const asked = { key: 'k', items: [{ lengthBytes: 32, returnPlaintext: true }] }
    await assert.rejects(dry(world, generateDataKey, asked as never), refuses('dry-run'))
  })

  test('is refused as the use itself would be', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    await world.run(createKey, { name: 'mac', spec: 'hmac-sha256' })
    const items = [{ plaintext: TEXT }]
    const of = async (key: string) => {
      const { results } = await dry(world, encrypt, { key, items })
      return results.map((result) => (result.ok ? 'ok' : result.error.code))
    }
    assert.deepEqual(await of('mac'), ['wrong-usage'])
    await assert.rejects(of('nothing'), refuses('not-found'))
    await world.run(suspendKey, { key: 'k', reason: 'r' })
    assert.deepEqual(await of('k'), ['wrong-state'])
    assert.deepEqual(world.log.events.at(-1)?.['details'], { dryRun: true })
    world.denied.add('key.encrypt')
    await assert.rejects(of('k'), refuses('denied'))
    assert.deepEqual(world.log.events.at(-1)?.['details'], { dryRun: true })
  })

  test('counts no use, and knows when there is none left', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256', limits: { invocationsMax: 1 } })
    const call = { key: 'k', items: [{ plaintext: TEXT }] }
    for (let time = 0; time < 3; time++) {
      await assert.rejects(dry(world, encrypt, call), refuses('dry-run'))
    }
    await world.data(encrypt, call)
    const { results } = await dry(world, encrypt, call)
    assert.equal(results[0]?.ok === false && results[0].error.code, 'limit-reached')
  })

  test('answers items one by one where some would have failed', async () => {
    const world = makeWorld()
    const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
    const sealed = await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
    const good = { key: key.id, ...sealed }
    const { results } = await dry(world, decrypt, {
      key: 'k',
      items: [good, { ...good, version: 7 }],
    })
    assert.deepEqual(
      results.map((result) => (result.ok ? 'ok' : result.error.code)),
      ['dry-run', 'not-found'],
    )
    assert.equal(world.log.events.at(-1)?.['outcome'], 'partial')
  })

  test('asks for the second key of an item too', async () => {
    const world = makeWorld()
    const { key } = await world.run(createKey, { name: 'k', spec: 'aes-256' })
    await world.run(createKey, { name: 'other', spec: 'aes-256' })
    await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
    const sealed = await world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
    const move = { key: 'k', items: [{ key: key.id, ...sealed, destination: 'other' }] }
    await assert.rejects(dry(world, reEncrypt, move), refuses('dry-run'))
    const exporting = await dry(world, wrap, { key: 'kek', items: [{ target: 'k' }] })
    assert.equal(
      exporting.results[0]?.ok === false && exporting.results[0].error.code,
      'not-exportable',
    )
    await world.run(suspendKey, { key: 'other', reason: 'r' })
    const { results } = await dry(world, reEncrypt, move)
    assert.equal(results[0]?.ok === false && results[0].error.code, 'wrong-state')
    world.denied.add('key.re-encrypt-to')
    const refused = await dry(world, reEncrypt, move)
    assert.equal(refused.results[0]?.ok === false && refused.results[0].error.code, 'denied')
  })

  test('rehearses what an operation says', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
    const { wrapped } = await world.data(wrap, { key: 'kek', items: [{ material: TEXT }] })
    let rehearsed = 0
    const operation: typeof unwrap = {
      ...unwrap,
      rehearse: async ({ material, mechanism }, item) => {
        await material.unwrap(mechanism, item.wrapped)
        rehearsed++
      },
    }
    await assert.rejects(
      dry(world, operation, { key: 'kek', items: [{ wrapped }] }),
      refuses('dry-run'),
    )
    const { results } = await dry(world, operation, {
      key: 'kek',
      items: [{ wrapped: new Uint8Array(24) }],
    })
    assert.equal(results[0]?.ok === false && results[0].error.code, 'authentication-failed')
    assert.equal(rehearsed, 1)
  })
})

describe('a dry run of a change', () => {
  test('changes nothing and is recorded', async () => {
    const world = makeWorld()
    const input = { name: 'k', spec: 'aes-256' }
    const idempotency = { key: 'a', requestHash: 'b' }
    await assert.rejects(dryChange(world, createKey, input, { idempotency }), refuses('dry-run'))
    await assert.rejects(world.run(getKey, { key: 'k' }), refuses('not-found'))
    const event = world.log.events.at(-2)
    assert.equal(event?.['outcome'], 'allowed')
    assert.deepEqual(event?.['details'], {
      ...(event?.['details'] as object | undefined),
      dryRun: true,
    })
    const { key } = await world.run(createKey, input)
    await assert.rejects(dryChange(world, rotateKey, { key: 'k' }), refuses('dry-run'))
    await assert.rejects(
      dryChange(world, destroyKey, { key: 'k', windowDays: 0 }),
      refuses('dry-run'),
    )
    const after = await world.run(getKey, { key: 'k' })
    assert.deepEqual(after.key, key)
    assert.deepEqual(await world.store.pendingOutbox(), [])
  })

  test('is refused as the change itself would be', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    await assert.rejects(
      dryChange(world, createKey, { name: 'k', spec: 'aes-256' }),
      refuses('conflict'),
    )
    const material = { format: 'raw' as const, data: randomBytes(5) }
    await assert.rejects(
      dryChange(world, importKey, { name: 'i', spec: 'aes-256', material }),
      refuses('invalid-input'),
    )
    await assert.rejects(
      dryChange(world, rotateKey, { key: 'k' }, { expectedRevision: 9 }),
      refuses('precondition-failed'),
    )
    world.denied.add('key.rotate')
    await assert.rejects(dryChange(world, rotateKey, { key: 'k' }), refuses('denied'))
    assert.deepEqual(world.log.events.at(-1)?.['details'], { dryRun: true })
  })

  test('is not for the seal, which is not in the store', async () => {
    const world = makeWorld()
    await assert.rejects(dryChange(world, seal, {}), refuses('unsupported'))
  })
})

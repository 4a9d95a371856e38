import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import {
  attachToKey,
  createKey,
  deactivateKey,
  importVersion,
  type KeyId,
  rotateKey,
} from '@claviger/core'
import { type KeyDocument, keyDocumentName } from '../../../src/protocols/aws-kms/key-document.ts'
import { coreRequestOf } from '../../../src/protocols/aws-kms/key-spec.ts'
import { type AwsWorld, base64, HOME, makeAwsWorld, textOf } from './aws-world.ts'
import { keyOf } from './crypto-keys.ts'

const Plaintext = base64('in every region')
const OTHER = 'eu-west-1'

/** What ReplicateKey and its like leave behind: a document for each region. */
async function put(world: AwsWorld, key: string, document: KeyDocument): Promise<void> {
  const name = keyDocumentName(document.region, key as KeyId)
  await world.run(attachToKey<undefined>(), {
    key,
    compute: async (attachments) => {
      const before = await attachments.get(world.session.tenant, name)
      const body = document as unknown as Readonly<Record<string, unknown>>
      const change = { name, body, expected: before?.revision ?? 0 }
      return { output: undefined, changes: [change] }
    },
  })
}

async function multiRegion(world: AwsWorld): Promise<{ id: string; KeyId: string }> {
  const id = await keyOf(world)
  for (const region of [HOME, OTHER]) await put(world, id, documentOf(region))
  return { id, KeyId: `mrk-${id.replaceAll('-', '')}` }
}

const documentOf = (region: string): KeyDocument => ({
  region,
  tags: [],
  multiRegion: { primary: HOME },
  origin: 'AWS_KMS',
  createdAt: 0,
})

test('a multi-Region key decrypts in each of its regions what any of them encrypted', async () => {
  const world = makeAwsWorld()
  const { id, KeyId } = await multiRegion(world)
  for (const [from, to] of [
    [HOME, OTHER],
    [OTHER, HOME],
  ] as const) {
    const sealed = await world.call('Encrypt', { KeyId, Plaintext }, { region: from })
    assert.equal(textOf(sealed, 'KeyId'), `arn:aws:kms:${from}:111122223333:key/${KeyId}`)
    const { CiphertextBlob } = sealed
    const opened = await world.call('Decrypt', { CiphertextBlob }, { region: to })
    assert.equal(opened['Plaintext'], Plaintext)
    assert.equal(textOf(opened, 'KeyId'), `arn:aws:kms:${to}:111122223333:key/${KeyId}`)
    const named = { CiphertextBlob, KeyId }
    await world.call('Decrypt', named, { region: to })
    const elsewhere = { region: 'us-east-1' }
    await world.refused('AccessDeniedException', 'Decrypt', { CiphertextBlob }, elsewhere)
    await world.refused('NotFoundException', 'Decrypt', named, elsewhere)
  }
  await world.run(rotateKey, { key: id })
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext }, { region: OTHER })
  await world.call('Decrypt', { CiphertextBlob })
})

test('it is disabled, and on its way out, in one region and not in the other', async () => {
  const world = makeAwsWorld()
  const { id, KeyId } = await multiRegion(world)
  const ask = { KeyId, Plaintext }
  const there = { region: OTHER }
  await put(world, id, { ...documentOf(OTHER), disabled: true })
  await world.refused('DisabledException', 'Encrypt', ask, there)
  await world.call('Encrypt', ask)
  const deletionDate = world.clock.now() + 7 * 86_400_000
  await put(world, id, { ...documentOf(OTHER), deletionDate })
  const error = await world.refused('KMSInvalidStateException', 'Encrypt', ask, there)
  assert.match(error.message, / is pending deletion\.$/)
  await world.call('Encrypt', ask)
  await put(world, id, { ...documentOf(HOME), deletionWindowDays: 7 })
  const waiting = await world.refused('KMSInvalidStateException', 'Encrypt', ask)
  assert.match(waiting.message, / is pending replica deletion\.$/)
})

test('a key without its material is pending import, at first and once it expired', async () => {
  const world = makeAwsWorld()
  const spec = coreRequestOf('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT')
  const made = await world.run(createKey, { name: 'brought', ...spec, material: 'awaited' })
  const KeyId = made.key.id
  const pending = { message: / is pending import\.$/ }
  await world.refused('KMSInvalidStateException', 'Encrypt', { KeyId, Plaintext }, pending)
  const bring = (materialUntil: number) =>
    world.run(importVersion, {
      key: KeyId,
      material: { format: 'raw', data: new Uint8Array(32).fill(9) },
      materialUntil,
    })
  await bring(world.clock.now() + 60_000)
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
  world.clock.set(world.clock.now() + 60_001)
  await world.refused('KMSInvalidStateException', 'Decrypt', { CiphertextBlob }, pending)
  await bring(world.clock.now() + 60_000)
  const opened = await world.call('Decrypt', { CiphertextBlob })
  assert.equal(opened['Plaintext'], Plaintext)
})

test('a key that is not in force yet, or no more, is disabled; what it protected is read', async () => {
  const world = makeAwsWorld()
  const spec = coreRequestOf('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT')
  const early = await world.run(createKey, { name: 'early', ...spec, activate: false })
  await world.refused('DisabledException', 'Encrypt', { KeyId: early.key.id, Plaintext })
  const KeyId = await keyOf(world)
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
  await world.run(deactivateKey, { key: KeyId, reason: 'test' })
  await world.refused('DisabledException', 'Encrypt', { KeyId, Plaintext })
  const opened = await world.call('Decrypt', { CiphertextBlob })
  assert.equal(opened['Plaintext'], Plaintext)
})

test('who may not use a key is denied before its state or the input is told of', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
  for (const [action, asked, input] of [
    ['key.encrypt', 'Encrypt', { KeyId, Plaintext }],
    ['key.decrypt', 'Decrypt', { CiphertextBlob }],
    ['key.generate-data-key', 'GenerateDataKey', { KeyId, NumberOfBytes: 16 }],
    ['key.sign', 'Sign', { KeyId, Message: Plaintext, SigningAlgorithm: 'ECDSA_SHA_256' }],
    ['key.mac', 'GenerateMac', { KeyId, Message: Plaintext, MacAlgorithm: 'HMAC_SHA_256' }],
    ['key.public-key', 'GetPublicKey', { KeyId }],
    ['random', 'GenerateRandom', { NumberOfBytes: 16 }],
  ] as const) {
    world.denied.add(action)
    await world.refused('AccessDeniedException', asked, input)
    world.denied.delete(action)
  }
})

import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { rotateKey, suspendKey } from '@claviger/core'
import { base64, bytesOf, makeAwsWorld } from './aws-world.ts'
import { arnOf, keyOf } from './crypto-keys.ts'

const Plaintext = base64('to be moved')

test('ReEncrypt moves a ciphertext to another key and another context', async () => {
  const world = makeAwsWorld()
  const [one, other] = [await keyOf(world), await keyOf(world)]
  const EncryptionContext = { from: 'a' }
  const { CiphertextBlob } = await world.call('Encrypt', {
    KeyId: one,
    Plaintext,
    EncryptionContext,
  })
  const ask = {
    CiphertextBlob,
    SourceEncryptionContext: EncryptionContext,
    DestinationKeyId: other,
  }
  const DestinationEncryptionContext = { to: 'b' }
  const moved = await world.call('ReEncrypt', { ...ask, DestinationEncryptionContext })
  assert.equal(moved['SourceKeyId'], arnOf(one))
  assert.equal(moved['KeyId'], arnOf(other))
  assert.equal(moved['SourceEncryptionAlgorithm'], 'SYMMETRIC_DEFAULT')
  assert.equal(moved['DestinationEncryptionAlgorithm'], 'SYMMETRIC_DEFAULT')
  assert.notEqual(moved['SourceKeyMaterialId'], moved['DestinationKeyMaterialId'])
  const read = { CiphertextBlob: moved['CiphertextBlob'], KeyId: other }
  const opened = await world.call('Decrypt', {
    ...read,
    EncryptionContext: DestinationEncryptionContext,
  })
  assert.equal(opened['Plaintext'], Plaintext)
  // An absent destination context is none, and not the source's.
  const bare = await world.call('ReEncrypt', ask)
  await world.call('Decrypt', { CiphertextBlob: bare['CiphertextBlob'] })
  await world.refused('InvalidCiphertextException', 'ReEncrypt', {
    ...ask,
    SourceEncryptionContext: {},
  })
  await world.refused('IncorrectKeyException', 'ReEncrypt', { ...ask, SourceKeyId: other })
  await world.refused('NotFoundException', 'ReEncrypt', { ...ask, DestinationKeyId: 'alias/none' })
  await world.refused('DryRunOperationException', 'ReEncrypt', { ...ask, DryRun: true })
})

test('under the same key it moves to the current material', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
  await world.run(rotateKey, { key: KeyId })
  const moved = await world.call('ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId })
  assert.notEqual(moved['SourceKeyMaterialId'], moved['DestinationKeyMaterialId'])
  const opened = await world.call('Decrypt', { CiphertextBlob: moved['CiphertextBlob'] })
  assert.equal(opened['KeyMaterialId'], moved['DestinationKeyMaterialId'])
})

test('it goes from symmetric to RSA and back', async () => {
  const world = makeAwsWorld()
  const symmetric = await keyOf(world)
  const rsa = await keyOf(world, 'RSA_2048', 'ENCRYPT_DECRYPT')
  const algorithm = 'RSAES_OAEP_SHA_256'
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId: symmetric, Plaintext })
  const there = await world.call('ReEncrypt', {
    CiphertextBlob,
    DestinationKeyId: rsa,
    DestinationEncryptionAlgorithm: algorithm,
  })
  assert.equal(bytesOf(there, 'CiphertextBlob').length, 256)
  assert.equal(there['DestinationKeyMaterialId'], undefined)
  const back = await world.call('ReEncrypt', {
    CiphertextBlob: there['CiphertextBlob'],
    SourceKeyId: rsa,
    SourceEncryptionAlgorithm: algorithm,
    DestinationKeyId: symmetric,
  })
  const opened = await world.call('Decrypt', { CiphertextBlob: back['CiphertextBlob'] })
  assert.equal(opened['Plaintext'], Plaintext)
  const long = await world.call('Encrypt', {
    KeyId: symmetric,
    Plaintext: base64(Buffer.alloc(191)),
  })
  await world.refused('ValidationException', 'ReEncrypt', {
    CiphertextBlob: long['CiphertextBlob'],
    DestinationKeyId: rsa,
    DestinationEncryptionAlgorithm: algorithm,
  })
})

test('each end is refused in its own name', async () => {
  const world = makeAwsWorld()
  const [one, other] = [await keyOf(world), await keyOf(world)]
  const signing = await keyOf(world, 'ECC_NIST_P256', 'SIGN_VERIFY')
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId: one, Plaintext })
  const ask = { CiphertextBlob, DestinationKeyId: signing }
  await world.refused('InvalidKeyUsageException', 'ReEncrypt', ask)
  await world.run(suspendKey, { key: other, reason: 'test' })
  await world.refused(
    'DisabledException',
    'ReEncrypt',
    { ...ask, DestinationKeyId: other },
    { message: `${arnOf(other)} is disabled.` },
  )
  await world.run(suspendKey, { key: one, reason: 'test' })
  await world.refused(
    'DisabledException',
    'ReEncrypt',
    { ...ask, DestinationKeyId: other },
    { message: `${arnOf(one)} is disabled.` },
  )
})

test('a dry run needs leave for both ends, whether or not it looks at the ciphertext', async () => {
  const world = makeAwsWorld()
  const [one, other] = [await keyOf(world), await keyOf(world)]
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId: one, Plaintext })
  const whole = { CiphertextBlob, DestinationKeyId: other, DryRun: true }
  const DryRunModifiers = ['IGNORE_CIPHERTEXT']
  const blind = { SourceKeyId: one, DestinationKeyId: other, DryRun: true, DryRunModifiers }
  for (const ask of [whole, blind]) {
    await world.refused('DryRunOperationException', 'ReEncrypt', ask)
    for (const action of ['key.re-encrypt-from', 'key.re-encrypt-to']) {
      world.denied.add(action)
      await world.refused('AccessDeniedException', 'ReEncrypt', ask)
      world.denied.delete(action)
    }
  }
  const garbled = base64(bytesOf({ CiphertextBlob }, 'CiphertextBlob').subarray(0, 60))
  const unread = { ...whole, CiphertextBlob: garbled }
  await world.refused('InvalidCiphertextException', 'ReEncrypt', unread)
})

import { strict as assert } from 'node:assert'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { base64, bytesOf, makeAwsWorld, textOf } from './aws-world.ts'
import { arnOf, keyOf } from './crypto-keys.ts'

test('a data key comes in clear and encrypted, of the length asked for', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  for (const [size, length] of [
    [{ KeySpec: 'AES_128' }, 16],
    [{ KeySpec: 'AES_256' }, 32],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 64 }, 64],
    [{ NumberOfBytes: 1_024 }, 1_024],
  ] as const) {
    const EncryptionContext = { length: String(length) }
    const made = await world.call('GenerateDataKey', { KeyId, ...size, EncryptionContext })
    assert.deepEqual(Object.keys(made).toSorted(), [
      'CiphertextBlob',
      'KeyId',
      'KeyMaterialId',
      'Plaintext',
    ])
    assert.equal(bytesOf(made, 'Plaintext').length, length)
    assert.equal(made['KeyId'], arnOf(KeyId))
    const { CiphertextBlob } = made
    const opened = await world.call('Decrypt', { CiphertextBlob, EncryptionContext })
    assert.equal(opened['Plaintext'], made['Plaintext'])
    assert.equal(opened['KeyMaterialId'], made['KeyMaterialId'])
    await world.refused('InvalidCiphertextException', 'Decrypt', { CiphertextBlob })
  }
})

test('two data keys are never the same, nor their ciphertexts', async () => {
  const world = makeAwsWorld()
  const ask = { KeyId: await keyOf(world), KeySpec: 'AES_256' }
  const seen = new Set<unknown>()
  for (let count = 0; count < 20; count++) {
    const { Plaintext, CiphertextBlob } = await world.call('GenerateDataKey', ask)
    seen.add(Plaintext).add(CiphertextBlob)
  }
  assert.equal(seen.size, 40)
})

test('without plaintext, only the ciphertext is given', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const ask = { KeyId, KeySpec: 'AES_256' }
  const made = await world.call('GenerateDataKeyWithoutPlaintext', ask)
  assert.deepEqual(Object.keys(made).toSorted(), ['CiphertextBlob', 'KeyId', 'KeyMaterialId'])
  const opened = await world.call('Decrypt', { CiphertextBlob: made['CiphertextBlob'] })
  assert.equal(bytesOf(opened, 'Plaintext').length, 32)
})

test('a length is asked for in one way, within bounds, under a symmetric key', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const either = { message: 'Please specify either number of bytes or key spec.' }
  await world.refused('ValidationException', 'GenerateDataKey', { KeyId }, either)
  const both = { KeyId, KeySpec: 'AES_128', NumberOfBytes: 16 }
  await world.refused('ValidationException', 'GenerateDataKey', both, either)
  for (const NumberOfBytes of [0, 1_025, -1]) {
    await world.refused('ValidationException', 'GenerateDataKey', { KeyId, NumberOfBytes })
  }
  await world.refused('SerializationException', 'GenerateDataKey', { KeyId, NumberOfBytes: 1.5 })
  await world.refused('SerializationException', 'GenerateDataKey', { KeyId, NumberOfBytes: '16' })
  await world.refused('ValidationException', 'GenerateDataKey', { KeyId, KeySpec: 'AES_192' })
  const ask = { KeyId, KeySpec: 'AES_256' }
  const rsa = await keyOf(world, 'RSA_2048', 'ENCRYPT_DECRYPT')
  const mac = await keyOf(world, 'HMAC_256', 'GENERATE_VERIFY_MAC')
  await world.refused('InvalidKeyUsageException', 'GenerateDataKey', { ...ask, KeyId: rsa })
  await world.refused('InvalidKeyUsageException', 'GenerateDataKey', { ...ask, KeyId: mac })
  for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
    await world.refused('DryRunOperationException', action, { ...ask, DryRun: true })
  }
})

const SIGNING_PAIRS = [
  ['RSA_2048', 'rsa', 'sha256'],
  ['ECC_NIST_P256', 'ec', 'sha256'],
  ['ECC_NIST_P384', 'ec', 'sha384'],
  ['ECC_NIST_P521', 'ec', 'sha512'],
  ['ECC_SECG_P256K1', 'ec', 'sha256'],
  ['ECC_NIST_EDWARDS25519', 'ed25519', null],
  ['ML_KEM_512', 'ml-kem-512', undefined],
  ['ML_KEM_768', 'ml-kem-768', undefined],
  ['ML_KEM_1024', 'ml-kem-1024', undefined],
] as const

test('a pair is PKCS#8 and SubjectPublicKeyInfo, and its private half decrypts', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  for (const [KeyPairSpec, type, hash] of SIGNING_PAIRS) {
    const made = await world.call('GenerateDataKeyPair', { KeyId, KeyPairSpec })
    assert.deepEqual(Object.keys(made).toSorted(), [
      'KeyId',
      'KeyMaterialId',
      'KeyPairSpec',
      'PrivateKeyCiphertextBlob',
      'PrivateKeyPlaintext',
      'PublicKey',
    ])
    assert.equal(textOf(made, 'KeyPairSpec'), KeyPairSpec)
    const der = bytesOf(made, 'PrivateKeyPlaintext')
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const spki = bytesOf(made, 'PublicKey')
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    assert.equal(privateKey.asymmetricKeyType, type)
    assert.deepEqual(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }), spki)
    if (hash !== undefined) {
      const signature = sign(hash, Buffer.from('hello'), privateKey)
      assert(verify(hash, Buffer.from('hello'), publicKey, signature))
    }
    const blob = { CiphertextBlob: made['PrivateKeyCiphertextBlob'] }
    const opened = await world.call('Decrypt', blob)
    assert.equal(opened['Plaintext'], base64(der))
  }
})

test('a pair without plaintext has no private key in clear; what cannot be made is refused', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const ask = { KeyId, KeyPairSpec: 'ECC_NIST_P256' }
  const made = await world.call('GenerateDataKeyPairWithoutPlaintext', ask)
  assert.deepEqual(Object.keys(made).toSorted(), [
    'KeyId',
    'KeyMaterialId',
    'KeyPairSpec',
    'PrivateKeyCiphertextBlob',
    'PublicKey',
  ])
  for (const action of ['GenerateDataKeyPair', 'GenerateDataKeyPairWithoutPlaintext']) {
    await world.refused('DryRunOperationException', action, { ...ask, DryRun: true })
    await world.refused('ValidationException', action, { ...ask, KeyPairSpec: 'AES_128' })
    await world.refused('ValidationException', action, { KeyId })
    await world.refused('UnsupportedOperationException', action, { ...ask, KeyPairSpec: 'SM2' })
    const rsa = await keyOf(world, 'RSA_2048', 'ENCRYPT_DECRYPT')
    await world.refused('InvalidKeyUsageException', action, { ...ask, KeyId: rsa })
  }
})

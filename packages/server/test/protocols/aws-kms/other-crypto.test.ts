import { strict as assert } from 'node:assert'
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
} from 'node:crypto'
import { test } from 'node:test'
import { destroyKey, importKey, suspendKey } from '@claviger/core'
import { base64, bytesOf, makeAwsWorld } from './aws-world.ts'
import { arnOf, keyOf, publicKeyOf } from './crypto-keys.ts'

for (const bits of [224, 256, 384, 512] as const) {
  test(`HMAC_${bits} is HMAC with that hash`, async () => {
    const world = makeAwsWorld()
    const data = Buffer.alloc(bits / 8, 5)
    const spec = `hmac-sha${bits}`
    const brought = { name: 'mac', spec, purpose: 'mac', format: 'raw', data } as const
    const KeyId = (await world.run(importKey, importInput(brought))).key.id
    const MacAlgorithm = `HMAC_SHA_${bits}`
    const ask = { KeyId, Message: base64('hello'), MacAlgorithm }
    const made = await world.call('GenerateMac', ask)
    const expected = createHmac(`sha${bits}`, Buffer.alloc(bits / 8, 5))
      .update('hello')
      .digest()
    assert.deepEqual(made, { KeyId: arnOf(KeyId), Mac: base64(expected), MacAlgorithm })
    const checked = await world.call('VerifyMac', { ...ask, Mac: made['Mac'] })
    assert.deepEqual(checked, { KeyId: arnOf(KeyId), MacValid: true, MacAlgorithm })
    for (const Mac of [base64(expected.subarray(1)), base64(Buffer.alloc(bits / 8)), base64('x')]) {
      await world.refused('KMSInvalidMacException', 'VerifyMac', { ...ask, Mac })
    }
    const other = bits === 256 ? 'HMAC_SHA_512' : 'HMAC_SHA_256'
    const wrong = { ...ask, MacAlgorithm: other }
    await world.refused('InvalidKeyUsageException', 'GenerateMac', wrong)
    await world.refused('InvalidKeyUsageException', 'VerifyMac', { ...wrong, Mac: made['Mac'] })
    await world.refused('DryRunOperationException', 'GenerateMac', { ...ask, DryRun: true })
    const dry = { ...ask, Mac: made['Mac'], DryRun: true }
    await world.refused('DryRunOperationException', 'VerifyMac', dry)
  })
}

function importInput<Given extends { data: Uint8Array; format: 'raw' }>({
  data,
  format,
  ...rest
}: Given) {
  return { ...rest, material: { format, data: new Uint8Array(data) } } as never
}

test('messages to authenticate have 1 to 4096 bytes', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world, 'HMAC_256', 'GENERATE_VERIFY_MAC')
  const ask = { KeyId, MacAlgorithm: 'HMAC_SHA_256' }
  for (const Message of ['', base64(Buffer.alloc(4_097)), undefined]) {
    await world.refused('ValidationException', 'GenerateMac', { ...ask, Message })
  }
  await world.call('GenerateMac', { ...ask, Message: base64(Buffer.alloc(4_096)) })
  await world.refused('ValidationException', 'GenerateMac', { KeyId, Message: base64('a') })
  const symmetric = await keyOf(world)
  const wrong = { ...ask, KeyId: symmetric, Message: base64('a') }
  await world.refused('InvalidKeyUsageException', 'GenerateMac', wrong)
})

for (const [spec, namedCurve] of [
  ['ECC_NIST_P256', 'prime256v1'],
  ['ECC_NIST_P384', 'secp384r1'],
  ['ECC_NIST_P521', 'secp521r1'],
] as const) {
  test(`${spec} agrees with OpenSSL on a secret`, async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, spec, 'KEY_AGREEMENT')
    const peer = generateKeyPairSync('ec', { namedCurve })
    const PublicKey = base64(peer.publicKey.export({ format: 'der', type: 'spki' }))
    const ask = { KeyId, PublicKey, KeyAgreementAlgorithm: 'ECDH' }
    const made = await world.call('DeriveSharedSecret', ask)
    const publicKey = createPublicKey({
      key: await publicKeyOf(world, KeyId),
      format: 'der',
      type: 'spki',
    })
    const expected = diffieHellman({ privateKey: peer.privateKey, publicKey })
    assert.deepEqual(made, {
      KeyId: arnOf(KeyId),
      SharedSecret: base64(expected),
      KeyAgreementAlgorithm: 'ECDH',
      KeyOrigin: 'AWS_KMS',
    })
    const curve = namedCurve === 'prime256v1' ? 'secp384r1' : 'prime256v1'
    const stranger = generateKeyPairSync('ec', { namedCurve: curve }).publicKey
    const other = base64(stranger.export({ format: 'der', type: 'spki' }))
    const short = base64(Buffer.from(PublicKey, 'base64').subarray(0, 40))
    for (const wrong of [other, short, base64('nothing'), '', undefined]) {
      const input = { ...ask, PublicKey: wrong }
      await world.refused('ValidationException', 'DeriveSharedSecret', input)
    }
    await world.refused('DryRunOperationException', 'DeriveSharedSecret', { ...ask, DryRun: true })
    const signing = await keyOf(world, spec, 'SIGN_VERIFY')
    const wrong = { ...ask, KeyId: signing }
    await world.refused('InvalidKeyUsageException', 'DeriveSharedSecret', wrong)
    const none = { ...ask, KeyAgreementAlgorithm: 'X25519' }
    await world.refused('ValidationException', 'DeriveSharedSecret', none)
  })
}

for (const [spec, ciphertextBytes] of [
  ['ML_KEM_512', 768],
  ['ML_KEM_768', 1_088],
  ['ML_KEM_1024', 1_568],
] as const) {
  test(`${spec} carries a secret to its holder, by OpenSSL too`, async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, spec, 'ENCAPSULATE_DECAPSULATE')
    const ask = { KeyId, EncapsulationAlgorithm: 'ML_KEM' }
    const sent = await world.call('Encapsulate', ask)
    assert.equal(sent['EncapsulationAlgorithm'], 'ML_KEM')
    const { SharedSecretCiphertextBlob, SharedSecret } = sent
    const blob = bytesOf(sent, 'SharedSecretCiphertextBlob')
    assert.equal(blob.length, ciphertextBytes)
    const got = await world.call('Decapsulate', { ...ask, SharedSecretCiphertextBlob })
    assert.deepEqual(got, { KeyId: arnOf(KeyId), SharedSecret, EncapsulationAlgorithm: 'ML_KEM' })
    const key = createPublicKey({
      key: await publicKeyOf(world, KeyId),
      format: 'der',
      type: 'spki',
    })
    const theirs = encapsulate(key) as unknown as { sharedKey: Buffer; ciphertext: Buffer }
    const opened = await world.call('Decapsulate', {
      ...ask,
      SharedSecretCiphertextBlob: base64(theirs.ciphertext),
    })
    assert.equal(opened['SharedSecret'], base64(theirs.sharedKey))
    // Implicit rejection: a wrong ciphertext of the right length gives another secret.
    const wrong = base64(Buffer.alloc(ciphertextBytes, 1))
    const rejected = await world.call('Decapsulate', { ...ask, SharedSecretCiphertextBlob: wrong })
    assert.equal(bytesOf(rejected, 'SharedSecret').length, 32)
    const short = { ...ask, SharedSecretCiphertextBlob: base64(blob.subarray(1)) }
    await world.refused('InvalidCiphertextException', 'Decapsulate', short)
    await world.refused('ValidationException', 'Decapsulate', ask)
    await world.refused('ValidationException', 'Encapsulate', { KeyId })
    await world.refused('DryRunOperationException', 'Encapsulate', { ...ask, DryRun: true })
    const symmetric = await keyOf(world)
    await world.refused('InvalidKeyUsageException', 'Encapsulate', { ...ask, KeyId: symmetric })
  })
}

test('a data key pair for encapsulation works with OpenSSL', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const made = await world.call('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ML_KEM_768' })
  const der = { format: 'der', type: 'spki' } as const
  const publicKey = createPublicKey({ key: bytesOf(made, 'PublicKey'), ...der })
  const privateKey = createPrivateKey({
    key: bytesOf(made, 'PrivateKeyPlaintext'),
    format: 'der',
    type: 'pkcs8',
  })
  const sent = encapsulate(publicKey) as unknown as { sharedKey: Buffer; ciphertext: Buffer }
  assert.deepEqual(decapsulate(privateKey, sent.ciphertext), sent.sharedKey)
})

test('GenerateRandom gives 1 to 1024 bytes', async () => {
  const world = makeAwsWorld()
  for (const NumberOfBytes of [1, 32, 1_024]) {
    const made = await world.call('GenerateRandom', { NumberOfBytes })
    assert.deepEqual(Object.keys(made), ['Plaintext'])
    assert.equal(bytesOf(made, 'Plaintext').length, NumberOfBytes)
  }
  const message = 'NumberOfBytes is required.'
  await world.refused('ValidationException', 'GenerateRandom', {}, { message })
  await world.refused('ValidationException', 'GenerateRandom', { NumberOfBytes: 0 })
  await world.refused(
    'ValidationException',
    'GenerateRandom',
    { NumberOfBytes: 1_025 },
    {
      message:
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
    },
  )
  await world.refused('CustomKeyStoreNotFoundException', 'GenerateRandom', {
    NumberOfBytes: 8,
    CustomKeyStoreId: 'cks-1234567890abcdef0',
  })
})

test('GetPublicKey tells what the key is for, of disabled keys too', async () => {
  const world = makeAwsWorld()
  const told = async (spec: Parameters<typeof keyOf>[1], usage: Parameters<typeof keyOf>[2]) => {
    const KeyId = await keyOf(world, spec, usage)
    const { PublicKey, ...rest } = await world.call('GetPublicKey', { KeyId })
    assert.equal(typeof PublicKey, 'string')
    assert.equal(rest['KeyId'], arnOf(KeyId))
    assert.equal(rest['KeySpec'], spec)
    assert.equal(rest['CustomerMasterKeySpec'], spec)
    assert.equal(rest['KeyUsage'], usage)
    return rest
  }
  const rsa = await told('RSA_2048', 'ENCRYPT_DECRYPT')
  assert.deepEqual(rsa['EncryptionAlgorithms'], ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'])
  const ecdh = await told('ECC_NIST_P384', 'KEY_AGREEMENT')
  assert.deepEqual(ecdh['KeyAgreementAlgorithms'], ['ECDH'])
  assert.equal(ecdh['SigningAlgorithms'], undefined)
  const kem = await told('ML_KEM_768', 'ENCAPSULATE_DECAPSULATE')
  assert.deepEqual(kem['EncapsulationAlgorithms'], ['ML_KEM'])
  const signing = await told('ECC_NIST_P256', 'SIGN_VERIFY')
  assert.deepEqual(signing['SigningAlgorithms'], ['ECDSA_SHA_256'])

  const KeyId = await keyOf(world, 'ECC_NIST_P256', 'SIGN_VERIFY')
  await world.run(suspendKey, { key: KeyId, reason: 'test' })
  await world.call('GetPublicKey', { KeyId })
  await world.run(destroyKey, { key: KeyId, windowDays: 7 })
  await world.refused('KMSInvalidStateException', 'GetPublicKey', { KeyId })
  const symmetric = await keyOf(world)
  await world.refused('UnsupportedOperationException', 'GetPublicKey', { KeyId: symmetric })
})

import { strict as assert } from 'node:assert'
import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { test } from 'node:test'
import { suspendKey } from '@claviger/core'
import type { AwsKeySpec } from '../../../src/protocols/aws-kms/key-spec.ts'
import { type AwsWorld, base64, bytesOf, makeAwsWorld } from './aws-world.ts'
import { arnOf, keyOf, publicKeyOf } from './crypto-keys.ts'

const MESSAGE = Buffer.from('the quick brown fox')
const digest = (hash: string): Buffer => createHash(hash).update(MESSAGE).digest()

async function opensslKey(world: AwsWorld, id: string): Promise<KeyObject> {
  return createPublicKey({ key: await publicKeyOf(world, id), format: 'der', type: 'spki' })
}

const RSA = [
  ...['SHA_256', 'SHA_384', 'SHA_512'].map((hash) => `RSASSA_PKCS1_V1_5_${hash}`),
  ...['SHA_256', 'SHA_384', 'SHA_512'].map((hash) => `RSASSA_PSS_${hash}`),
]
const HASHED: readonly (readonly [AwsKeySpec, readonly string[]])[] = [
  ['RSA_2048', RSA],
  ['RSA_3072', RSA],
  ['RSA_4096', RSA],
  ['ECC_NIST_P256', ['ECDSA_SHA_256']],
  ['ECC_NIST_P384', ['ECDSA_SHA_384']],
  ['ECC_NIST_P521', ['ECDSA_SHA_512']],
  ['ECC_SECG_P256K1', ['ECDSA_SHA_256']],
]

for (const [spec, algorithms] of HASHED) {
  test(`${spec} signs messages and digests that OpenSSL verifies`, async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, spec, 'SIGN_VERIFY')
    const key = await opensslKey(world, KeyId)
    for (const SigningAlgorithm of algorithms) {
      const hash = `sha${SigningAlgorithm.slice(-3)}`
      const isPss = SigningAlgorithm.includes('PSS')
      const pss = {
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }
      const verifier = { key, ...(isPss && pss) }
      for (const [MessageType, bytes] of [
        ['RAW', MESSAGE],
        ['DIGEST', digest(hash)],
      ] as const) {
        const ask = { KeyId, Message: base64(bytes), MessageType, SigningAlgorithm }
        const signed = await world.call('Sign', ask)
        assert.equal(signed['KeyId'], arnOf(KeyId))
        assert.equal(signed['SigningAlgorithm'], SigningAlgorithm)
        const signature = bytesOf(signed, 'Signature')
        assert(verify(hash, MESSAGE, verifier, signature), `${SigningAlgorithm} ${MessageType}`)
        const checked = await world.call('Verify', { ...ask, Signature: base64(signature) })
        assert.deepEqual(checked, { KeyId: arnOf(KeyId), SignatureValid: true, SigningAlgorithm })
        // A digest signed as such is the message signed as such.
        const raw = { ...ask, Message: base64(MESSAGE), MessageType: undefined }
        await world.call('Verify', { ...raw, Signature: base64(signature) })
        const other = { ...raw, Message: base64('another'), Signature: base64(signature) }
        await world.refused('KMSInvalidSignatureException', 'Verify', other)
      }
      await world.refused(
        'ValidationException',
        'Sign',
        { KeyId, Message: base64(MESSAGE), MessageType: 'DIGEST', SigningAlgorithm },
        { message: `Digest is invalid length for algorithm ${SigningAlgorithm}.` },
      )
      await world.refused('ValidationException', 'Sign', {
        KeyId,
        Message: base64(Buffer.alloc(64)),
        MessageType: 'EXTERNAL_MU',
        SigningAlgorithm,
      })
    }
  })
}

test('Ed25519 signs messages; its prehashed form signs the digest of a digest', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world, 'ECC_NIST_EDWARDS25519', 'SIGN_VERIFY')
  const key = await opensslKey(world, KeyId)
  const pure = { KeyId, Message: base64(MESSAGE), SigningAlgorithm: 'ED25519_SHA_512' }
  const Signature = (await world.call('Sign', pure))['Signature'] as string
  assert(verify(null, MESSAGE, key, Buffer.from(Signature, 'base64')))
  await world.call('Verify', { ...pure, Signature })
  await world.refused('ValidationException', 'Sign', { ...pure, MessageType: 'DIGEST' })

  const prehashed = {
    KeyId,
    Message: base64(digest('sha512')),
    MessageType: 'DIGEST',
    SigningAlgorithm: 'ED25519_PH_SHA_512',
  }
  const signed = (await world.call('Sign', prehashed))['Signature'] as string
  await world.call('Verify', { ...prehashed, Signature: signed })
  assert(!verify(null, digest('sha512'), key, Buffer.from(signed, 'base64')))
  await world.refused('KMSInvalidSignatureException', 'Verify', { ...prehashed, Signature })
  await world.refused('ValidationException', 'Sign', { ...prehashed, MessageType: 'RAW' })
  await world.refused('ValidationException', 'Sign', { ...prehashed, Message: base64(MESSAGE) })
})

for (const [spec, length] of [
  ['ML_DSA_44', 2_420],
  ['ML_DSA_65', 3_309],
  ['ML_DSA_87', 4_627],
] as const) {
  test(`${spec} signs messages, and the µ that was computed elsewhere`, async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, spec, 'SIGN_VERIFY')
    const spki = await publicKeyOf(world, KeyId)
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    const ask = { KeyId, Message: base64(MESSAGE), SigningAlgorithm: 'ML_DSA_SHAKE_256' }
    const signature = bytesOf(await world.call('Sign', ask), 'Signature')
    assert.equal(signature.length, length)
    assert(verify(null, MESSAGE, key, signature))
    // FIPS 204 §6.2: µ = H(H(pk) || 0 || |ctx| || ctx || M), with an empty context.
    const { data } = key.export({ format: 'raw-public' } as never) as unknown as { data?: Buffer }
    const raw = data ?? (key.export({ format: 'raw-public' } as never) as unknown as Buffer)
    const shake = (...parts: Buffer[]): Buffer =>
      createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest()
    const mu = shake(shake(raw), Buffer.from([0, 0]), MESSAGE)
    const external = { ...ask, Message: base64(mu), MessageType: 'EXTERNAL_MU' }
    const made = bytesOf(await world.call('Sign', external), 'Signature')
    assert(verify(null, MESSAGE, key, made))
    await world.call('Verify', { ...ask, Signature: base64(made) })
    await world.call('Verify', { ...external, Signature: base64(signature) })
    const short = { ...external, Message: base64(mu.subarray(1)) }
    await world.refused('ValidationException', 'Sign', short)
    await world.refused('ValidationException', 'Sign', { ...external, MessageType: 'DIGEST' })
    const garbled = Buffer.from(signature)
    garbled[100] = (garbled[100] as number) ^ 1
    const refused = { ...ask, Signature: base64(garbled) }
    await world.refused('KMSInvalidSignatureException', 'Verify', refused)
  })
}

test('what Sign and Verify refuse', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world, 'ECC_NIST_P256', 'SIGN_VERIFY')
  const ask = { KeyId, Message: base64(MESSAGE), SigningAlgorithm: 'ECDSA_SHA_256' }
  const wrong = { ...ask, SigningAlgorithm: 'ECDSA_SHA_384' }
  await world.refused('InvalidKeyUsageException', 'Sign', wrong, {
    message: 'Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.',
  })
  await world.refused('ValidationException', 'Sign', { ...ask, SigningAlgorithm: 'MD5' })
  await world.refused('ValidationException', 'Sign', { ...ask, SigningAlgorithm: undefined })
  await world.refused('ValidationException', 'Sign', { ...ask, MessageType: 'COOKED' })
  await world.refused('ValidationException', 'Sign', { ...ask, Message: '' })
  const over = base64(Buffer.alloc(4_097))
  await world.refused('ValidationException', 'Sign', { ...ask, Message: over })
  await world.refused('DryRunOperationException', 'Sign', { ...ask, DryRun: true })
  await world.refused('ValidationException', 'Verify', ask)
  const Signature = base64('not a signature')
  await world.refused('KMSInvalidSignatureException', 'Verify', { ...ask, Signature })
  const symmetric = await keyOf(world)
  await world.refused('InvalidKeyUsageException', 'Sign', { ...ask, KeyId: symmetric })
  await world.run(suspendKey, { key: KeyId, reason: 'test' })
  await world.refused('DisabledException', 'Sign', ask)
  await world.refused('DisabledException', 'Verify', { ...ask, Signature })
})

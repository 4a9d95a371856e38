// The AWS SDK for JavaScript against a started keeper: signatures, codes, agreement, encapsulation.
import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto'
import { test } from 'node:test'
import type { KeySpec, KMS, MacAlgorithmSpec, SigningAlgorithmSpec } from '@aws-sdk/client-kms'
import { AwsKeeper, bytes, newKey, refused } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()
const MESSAGE = bytes('a release')

async function publicKeyOf(kms: KMS, KeyId: string): Promise<KeyObject> {
  const { PublicKey } = await kms.getPublicKey({ KeyId })
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })
}

const HASHES = { '256': 'sha256', '384': 'sha384', '512': 'sha512' } as const
const EC = (size: keyof typeof HASHES): SigningAlgorithmSpec => `ECDSA_SHA_${size}`
const CURVES: readonly (readonly [KeySpec, keyof typeof HASHES])[] = [
  ['ECC_NIST_P256', '256'],
  ['ECC_NIST_P384', '384'],
  ['ECC_NIST_P521', '512'],
  ['ECC_SECG_P256K1', '256'],
]

test(
  'OpenSSL verifies RSA and curve signatures of messages and digests',
  proves('Sign Verify GetPublicKey KMSInvalidSignatureException', async (seen) => {
    const kms = keeper.sdk(seen)
    const check = async (
      KeyId: string,
      SigningAlgorithm: SigningAlgorithmSpec,
      hash: string,
      padding?: number,
    ): Promise<void> => {
      const key = await publicKeyOf(kms, KeyId)
      const digest = createHash(hash).update(MESSAGE).digest()
      for (const [MessageType, Message] of [
        ['RAW', MESSAGE],
        ['DIGEST', digest],
      ] as const) {
        const signed = await kms.sign({ KeyId, SigningAlgorithm, Message, MessageType })
        assert.equal(signed.SigningAlgorithm, SigningAlgorithm)
        const Signature = Buffer.from(signed.Signature ?? [])
        const options = padding === undefined ? key : { key, padding }
        assert.ok(verify(hash, MESSAGE, options, Signature), `${SigningAlgorithm} ${MessageType}`)
        const asked = { KeyId, SigningAlgorithm, Message: MESSAGE, Signature }
        assert.equal((await kms.verify(asked)).SignatureValid, true)
        Signature[Signature.length - 3] = (Signature.at(-3) ?? 0) ^ 1
        await refused(kms.verify(asked), 'KMSInvalidSignatureException')
      }
    }
    const rsa = await newKey(kms, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
    for (const size of ['256', '384', '512'] as const) {
      const { RSA_PKCS1_PADDING: pkcs1, RSA_PKCS1_PSS_PADDING: pss } = constants
      await check(rsa, `RSASSA_PKCS1_V1_5_SHA_${size}`, HASHES[size], pkcs1)
      await check(rsa, `RSASSA_PSS_SHA_${size}`, HASHES[size], pss)
    }
    for (const [KeySpec, size] of CURVES) {
      const KeyId = await newKey(kms, { KeySpec, KeyUsage: 'SIGN_VERIFY' })
      await check(KeyId, EC(size), HASHES[size])
    }
  }),
)

test(
  'OpenSSL verifies Ed25519 and ML-DSA signatures',
  proves('Sign Verify', async (seen) => {
    const kms = keeper.sdk(seen)
    for (const [KeySpec, SigningAlgorithm] of [
      ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512'],
      ['ML_DSA_44', 'ML_DSA_SHAKE_256'],
      ['ML_DSA_65', 'ML_DSA_SHAKE_256'],
      ['ML_DSA_87', 'ML_DSA_SHAKE_256'],
    ] as const) {
      const KeyId = await newKey(kms, { KeySpec, KeyUsage: 'SIGN_VERIFY' })
      const { Signature } = await kms.sign({ KeyId, SigningAlgorithm, Message: MESSAGE })
      const key = await publicKeyOf(kms, KeyId)
      assert.ok(verify(null, MESSAGE, key, Buffer.from(Signature ?? [])), KeySpec)
      const asked = { KeyId, SigningAlgorithm, Message: MESSAGE, Signature }
      assert.equal((await kms.verify(asked)).SignatureValid, true)
      const other = { ...asked, Message: bytes('another release') }
      await refused(kms.verify(other), 'KMSInvalidSignatureException')
      if (SigningAlgorithm !== 'ML_DSA_SHAKE_256') continue
      // FIPS 204 §5.2, algorithm 7: mu = SHAKE256(SHAKE256(pk, 64) || 0 || 0 || M, 64).
      const spki = key.export({ format: 'der', type: 'spki' })
      const raw = spki.subarray(
        spki.length - { ML_DSA_44: 1312, ML_DSA_65: 1952, ML_DSA_87: 2592 }[KeySpec],
      )
      const shake = (data: Uint8Array): Buffer =>
        createHash('shake256', { outputLength: 64 }).update(data).digest()
      const mu = shake(Buffer.concat([shake(raw), Buffer.from([0, 0]), MESSAGE]))
      const MessageType = 'EXTERNAL_MU'
      const outside = await kms.sign({ KeyId, SigningAlgorithm, Message: mu, MessageType })
      assert.ok(verify(null, MESSAGE, key, Buffer.from(outside.Signature ?? [])), `${KeySpec} mu`)
      const given = { KeyId, SigningAlgorithm, Message: mu, MessageType, Signature } as const
      assert.equal((await kms.verify(given)).SignatureValid, true)
    }
  }),
)

test(
  'refuses algorithms of other keys, digests of other lengths and long messages',
  proves('InvalidKeyUsageException ValidationException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const SigningAlgorithm = 'ECDSA_SHA_256'
    const other = { KeyId, Message: MESSAGE, SigningAlgorithm: 'RSASSA_PSS_SHA_256' } as const
    await refused(kms.sign(other), 'InvalidKeyUsageException')
    const symmetric = await newKey(kms)
    const unusable = { KeyId: symmetric, Message: MESSAGE, SigningAlgorithm } as const
    await refused(kms.sign(unusable), 'InvalidKeyUsageException')
    const digest = {
      KeyId,
      Message: new Uint8Array(31),
      MessageType: 'DIGEST',
      SigningAlgorithm,
    } as const
    await refused(kms.sign(digest), 'ValidationException', /[Dd]igest/)
    const long = { KeyId, Message: new Uint8Array(4097), SigningAlgorithm } as const
    await refused(kms.sign(long), 'ValidationException', /4096/)
    await kms.sign({ KeyId, Message: new Uint8Array(4096), SigningAlgorithm })
    await refused(kms.getPublicKey({ KeyId: symmetric }), 'UnsupportedOperationException')
    const agreed = { KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' } as const
    await refused(kms.createKey(agreed), 'ValidationException')
  }),
)

test(
  'authenticates messages by HMAC keys',
  proves('GenerateMac VerifyMac KMSInvalidMacException', async (seen) => {
    const kms = keeper.sdk(seen)
    for (const [size, length] of [
      ['224', 28],
      ['256', 32],
      ['384', 48],
      ['512', 64],
    ] as const) {
      const KeyId = await newKey(kms, { KeySpec: `HMAC_${size}`, KeyUsage: 'GENERATE_VERIFY_MAC' })
      const MacAlgorithm: MacAlgorithmSpec = `HMAC_SHA_${size}`
      const { Mac } = await kms.generateMac({ KeyId, MacAlgorithm, Message: MESSAGE })
      assert.equal(Mac?.length, length)
      const asked = { KeyId, MacAlgorithm, Message: MESSAGE, Mac }
      const verified = await kms.verifyMac(asked)
      assert.equal(verified.MacValid, true)
      assert.equal(verified.MacAlgorithm, MacAlgorithm)
      await refused(kms.verifyMac({ ...asked, Message: bytes('x') }), 'KMSInvalidMacException')
      const dry = kms.generateMac({ KeyId, MacAlgorithm, Message: MESSAGE, DryRun: true })
      await refused(dry, 'DryRunOperationException')
    }
    const KeyId = await newKey(kms, { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
    const other = kms.generateMac({ KeyId, MacAlgorithm: 'HMAC_SHA_512', Message: MESSAGE })
    await refused(other, 'InvalidKeyUsageException')
  }),
)

test(
  'agrees on a secret with a key made elsewhere',
  proves('DeriveSharedSecret', async (seen) => {
    const kms = keeper.sdk(seen)
    for (const [KeySpec, namedCurve] of [
      ['ECC_NIST_P256', 'P-256'],
      ['ECC_NIST_P384', 'P-384'],
      ['ECC_NIST_P521', 'P-521'],
    ] as const) {
      const KeyId = await newKey(kms, { KeySpec, KeyUsage: 'KEY_AGREEMENT' })
      const mine = generateKeyPairSync('ec', { namedCurve })
      const PublicKey = mine.publicKey.export({ format: 'der', type: 'spki' })
      const KeyAgreementAlgorithm = 'ECDH'
      const derived = await kms.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm, PublicKey })
      const publicKey = await publicKeyOf(kms, KeyId)
      const expected = diffieHellman({ privateKey: mine.privateKey, publicKey })
      assert.deepEqual(Buffer.from(derived.SharedSecret ?? []), expected)
      assert.equal(derived.KeyOrigin, 'AWS_KMS')
      const nonsense = { KeyId, KeyAgreementAlgorithm, PublicKey: bytes('nonsense') } as const
      await refused(kms.deriveSharedSecret(nonsense), 'ValidationException')
    }
  }),
)

test(
  'encapsulates secrets by ML-KEM',
  proves('Encapsulate Decapsulate', async (seen) => {
    const kms = keeper.sdk(seen)
    const EncapsulationAlgorithm = 'ML_KEM'
    for (const KeySpec of ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const) {
      const KeyId = await newKey(kms, { KeySpec, KeyUsage: 'ENCAPSULATE_DECAPSULATE' })
      const made = await kms.encapsulate({ KeyId, EncapsulationAlgorithm })
      assert.equal(made.SharedSecret?.length, 32)
      const { SharedSecretCiphertextBlob } = made
      const opened = await kms.decapsulate({
        KeyId,
        EncapsulationAlgorithm,
        SharedSecretCiphertextBlob,
      })
      assert.deepEqual(opened.SharedSecret, made.SharedSecret)
      const local = encapsulate(await publicKeyOf(kms, KeyId))
      const theirs = await kms.decapsulate({
        KeyId,
        EncapsulationAlgorithm,
        SharedSecretCiphertextBlob: local.ciphertext,
      })
      assert.deepEqual(Buffer.from(theirs.SharedSecret ?? []), local.sharedKey)
      // FIPS 203 §6.3: a ciphertext of the right length that nobody made gives another secret, no error.
      const changed = Buffer.from(local.ciphertext)
      changed[0] = (changed[0] ?? 0) ^ 1
      const rejected = await kms.decapsulate({
        KeyId,
        EncapsulationAlgorithm,
        SharedSecretCiphertextBlob: changed,
      })
      assert.equal(rejected.SharedSecret?.length, 32)
      assert.notDeepEqual(Buffer.from(rejected.SharedSecret ?? []), local.sharedKey)
      const short = {
        KeyId,
        EncapsulationAlgorithm,
        SharedSecretCiphertextBlob: bytes('x'),
      } as const
      await refused(kms.decapsulate(short), 'InvalidCiphertextException')
    }
  }),
)

test(
  'a data key pair of ML-KEM decapsulates elsewhere',
  proves('GenerateDataKeyPair', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const { publicKey } = generateKeyPairSync('ml-kem-768')
    assert.equal(publicKey.asymmetricKeyType, 'ml-kem-768')
    const made = await kms.generateDataKeyPair({ KeyId, KeyPairSpec: 'ML_KEM_768' })
    const spki = createPublicKey({
      key: Buffer.from(made.PublicKey ?? []),
      format: 'der',
      type: 'spki',
    })
    const { sharedKey, ciphertext } = encapsulate(spki)
    const pkcs8 = {
      key: Buffer.from(made.PrivateKeyPlaintext ?? []),
      format: 'der',
      type: 'pkcs8',
    } as const
    assert.deepEqual(decapsulate(pkcs8, ciphertext), sharedKey)
  }),
)

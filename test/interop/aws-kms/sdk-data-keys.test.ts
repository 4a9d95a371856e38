// The AWS SDK for JavaScript against a started keeper: data keys, pairs of them, random bytes.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { AwsKeeper, newKey, refused } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()
const EncryptionContext = { volume: '7' }

test(
  'data keys of every length come back from their ciphertext',
  proves('GenerateDataKey GenerateDataKeyWithoutPlaintext Decrypt', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    for (const [wanted, length] of [
      [{ KeySpec: 'AES_256' }, 32],
      [{ KeySpec: 'AES_128' }, 16],
      [{ NumberOfBytes: 1 }, 1],
      [{ NumberOfBytes: 64 }, 64],
      [{ NumberOfBytes: 1024 }, 1024],
    ] as const) {
      const made = await kms.generateDataKey({ KeyId, EncryptionContext, ...wanted })
      assert.equal(made.Plaintext?.length, length)
      assert.ok(made.KeyId?.endsWith(KeyId))
      const { CiphertextBlob } = made
      const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext })
      assert.deepEqual(opened.Plaintext, made.Plaintext)
      assert.equal(opened.KeyMaterialId, made.KeyMaterialId)
      const hidden = await kms.generateDataKeyWithoutPlaintext({ KeyId, ...wanted })
      assert.ok(!('Plaintext' in hidden))
      const shown = await kms.decrypt({ CiphertextBlob: hidden.CiphertextBlob })
      assert.equal(shown.Plaintext?.length, length)
    }
  }),
)

test(
  'a data key is asked for in one way, within the limits, under a symmetric key',
  proves('ValidationException InvalidKeyUsageException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    await refused(
      kms.generateDataKey({ KeyId }),
      'ValidationException',
      /number of bytes or key spec/,
    )
    const both = { KeyId, KeySpec: 'AES_256', NumberOfBytes: 32 } as const
    await refused(kms.generateDataKey(both), 'ValidationException')
    for (const NumberOfBytes of [0, 1025, -1]) {
      const call = kms.generateDataKey({ KeyId, NumberOfBytes })
      await refused(call, 'ValidationException', /numberOfBytes/i)
    }
    const rsa = await newKey(kms, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })
    const call = kms.generateDataKey({ KeyId: rsa, KeySpec: 'AES_256' })
    await refused(call, 'InvalidKeyUsageException')
  }),
)

test(
  'a data key pair signs, and its private key comes back from its ciphertext',
  proves('GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext Decrypt', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    for (const [KeyPairSpec, digest] of [
      ['RSA_2048', 'sha256'],
      ['ECC_NIST_P256', 'sha256'],
      ['ECC_NIST_P384', 'sha384'],
      ['ECC_NIST_P521', 'sha512'],
      ['ECC_SECG_P256K1', 'sha256'],
      ['ECC_NIST_EDWARDS25519', null],
    ] as const) {
      const made = await kms.generateDataKeyPair({ KeyId, KeyPairSpec, EncryptionContext })
      assert.equal(made.KeyPairSpec, KeyPairSpec)
      const der = Buffer.from(made.PrivateKeyPlaintext ?? [])
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      const spki = Buffer.from(made.PublicKey ?? [])
      const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
      const signature = sign(digest, der, privateKey)
      assert.ok(verify(digest, der, publicKey, signature), KeyPairSpec)
      const CiphertextBlob = made.PrivateKeyCiphertextBlob
      const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext })
      assert.deepEqual(opened.Plaintext, made.PrivateKeyPlaintext)
      const hidden = await kms.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec })
      assert.ok(!('PrivateKeyPlaintext' in hidden))
      const shown = await kms.decrypt({ CiphertextBlob: hidden.PrivateKeyCiphertextBlob })
      const pkcs8 = Buffer.from(shown.Plaintext ?? [])
      const own = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }))
      const exported = own.export({ format: 'der', type: 'spki' })
      assert.deepEqual(exported, Buffer.from(hidden.PublicKey ?? []), KeyPairSpec)
    }
    const odd = { KeyId, KeyPairSpec: 'DSA_1024' as 'RSA_2048' }
    await refused(kms.generateDataKeyPair(odd), 'ValidationException', /enum value set/)
  }),
)

test(
  'gives random bytes',
  proves('GenerateRandom ValidationException', async (seen) => {
    const kms = keeper.sdk(seen)
    for (const NumberOfBytes of [1, 32, 1024]) {
      const { Plaintext } = await kms.generateRandom({ NumberOfBytes })
      assert.equal(Plaintext?.length, NumberOfBytes)
    }
    const first = await kms.generateRandom({ NumberOfBytes: 32 })
    const second = await kms.generateRandom({ NumberOfBytes: 32 })
    assert.notDeepEqual(first.Plaintext, second.Plaintext)
    await refused(kms.generateRandom({ NumberOfBytes: 0 }), 'ValidationException')
    await refused(kms.generateRandom({ NumberOfBytes: 1025 }), 'ValidationException')
    await refused(kms.generateRandom({}), 'ValidationException')
    const store = kms.generateRandom({
      NumberOfBytes: 8,
      CustomKeyStoreId: 'cks-1234567890abcdef0',
    })
    await refused(store, 'CustomKeyStoreNotFoundException')
  }),
)

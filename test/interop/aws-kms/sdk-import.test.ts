// The AWS SDK for JavaScript against a started keeper: material that was made elsewhere.
import assert from 'node:assert/strict'
import {
  constants,
  createCipheriv,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto'
import { test } from 'node:test'
import type { AlgorithmSpec, GetParametersForImportResponse, KMS } from '@aws-sdk/client-kms'
import { AwsKeeper, bytes, newKey, refused, text } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()

type Parameters = GetParametersForImportResponse & {
  readonly WrappingAlgorithm: AlgorithmSpec
}

async function parameters(
  kms: KMS,
  KeyId: string,
  WrappingAlgorithm: AlgorithmSpec = 'RSAES_OAEP_SHA_256',
): Promise<Parameters> {
  const asked = { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' } as const
  const given = await kms.getParametersForImport(asked)
  const hours = ((given.ParametersValidTo?.getTime() ?? 0) - Date.now()) / 3_600_000
  assert.ok(hours > 23.9 && hours <= 24.1, String(hours))
  assert.ok(given.KeyId?.endsWith(KeyId))
  return { ...given, WrappingAlgorithm }
}

/** The material under the wrapping key, as AWS's guide does it with OpenSSL. */
function wrapped({ PublicKey, WrappingAlgorithm }: Parameters, material: Uint8Array): Buffer {
  const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })
  const oaepHash = WrappingAlgorithm.endsWith('SHA_1') ? 'sha1' : 'sha256'
  const seal = (data: Uint8Array): Buffer =>
    publicEncrypt({ key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING }, data)
  if (!WrappingAlgorithm.startsWith('RSA_AES')) return seal(material)
  // RFC 5649: AES key wrap with padding under a key that goes before it.
  const aes = randomBytes(32)
  const cipher = createCipheriv('id-aes256-wrap-pad', aes, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([seal(aes), cipher.update(material), cipher.final()])
}

test(
  'imported material serves, goes, and comes back only as itself',
  proves(
    `GetParametersForImport ImportKeyMaterial DeleteImportedKeyMaterial
   KMSInvalidStateException IncorrectKeyMaterialException InvalidCiphertextException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const { KeyMetadata } = await kms.createKey({ Origin: 'EXTERNAL' })
      const { KeyId = '' } = KeyMetadata ?? {}
      assert.equal(KeyMetadata?.KeyState, 'PendingImport')
      assert.equal(KeyMetadata.Enabled, false)
      assert.equal(KeyMetadata.Origin, 'EXTERNAL')
      const early = kms.encrypt({ KeyId, Plaintext: bytes('x') })
      await refused(early, 'KMSInvalidStateException', /pending import/)
      const material = randomBytes(32)
      const put = async (data: Uint8Array, algorithm?: AlgorithmSpec) => {
        const given = await parameters(kms, KeyId, algorithm)
        return kms.importKeyMaterial({
          KeyId,
          ImportToken: given.ImportToken,
          EncryptedKeyMaterial: wrapped(given, data),
          ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
        })
      }
      await put(material)
      const shown = (await kms.describeKey({ KeyId })).KeyMetadata
      assert.equal(shown?.KeyState, 'Enabled')
      assert.equal(shown.ExpirationModel, 'KEY_MATERIAL_DOES_NOT_EXPIRE')
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: bytes('kept') })
      for (const algorithm of [
        'RSAES_OAEP_SHA_1',
        'RSA_AES_KEY_WRAP_SHA_256',
        'RSA_AES_KEY_WRAP_SHA_1',
      ] as const) {
        await put(material, algorithm)
      }
      await kms.deleteImportedKeyMaterial({ KeyId })
      assert.equal((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState, 'PendingImport')
      await refused(kms.decrypt({ CiphertextBlob }), 'KMSInvalidStateException')
      await refused(put(randomBytes(32)), 'IncorrectKeyMaterialException')
      await put(material)
      assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'kept')
      const given = await parameters(kms, KeyId)
      const unreadable = {
        KeyId,
        ImportToken: given.ImportToken,
        EncryptedKeyMaterial: randomBytes(256),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      } as const
      await refused(kms.importKeyMaterial(unreadable), 'InvalidCiphertextException')
    },
  ),
)

test(
  'import tokens are for one key, and unchanged; expiry is in the future',
  proves(
    'InvalidImportTokenException UnsupportedOperationException ValidationException',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const first = await newKey(kms, { Origin: 'EXTERNAL' })
      const second = await newKey(kms, { Origin: 'EXTERNAL' })
      const given = await parameters(kms, first)
      const EncryptedKeyMaterial = wrapped(given, randomBytes(32))
      const asked = {
        ImportToken: given.ImportToken,
        EncryptedKeyMaterial,
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      } as const
      await refused(
        kms.importKeyMaterial({ KeyId: second, ...asked }),
        'InvalidImportTokenException',
      )
      const ImportToken = Buffer.from(given.ImportToken ?? [])
      ImportToken[9] = (ImportToken[9] ?? 0) ^ 1
      const changed = kms.importKeyMaterial({ KeyId: first, ...asked, ImportToken })
      await refused(changed, 'InvalidImportTokenException')
      const expires = { KeyId: first, ...asked, ExpirationModel: 'KEY_MATERIAL_EXPIRES' } as const
      await refused(kms.importKeyMaterial(expires), 'ValidationException')
      const past = { ...expires, ValidTo: new Date(Date.now() - 1000) }
      await refused(kms.importKeyMaterial(past), 'ValidationException')
      const far = { ...expires, ValidTo: new Date(Date.now() + 366 * 86_400_000) }
      await refused(kms.importKeyMaterial(far), 'ValidationException')
      const ValidTo = new Date(Math.floor(Date.now() / 1000) * 1000 + 86_400_000)
      await kms.importKeyMaterial({ ...expires, ValidTo })
      const { KeyMetadata } = await kms.describeKey({ KeyId: first })
      assert.equal(KeyMetadata?.ExpirationModel, 'KEY_MATERIAL_EXPIRES')
      assert.deepEqual(KeyMetadata.ValidTo, ValidTo)
      const own = await newKey(kms)
      await refused(
        kms.getParametersForImport({
          KeyId: own,
          WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
          WrappingKeySpec: 'RSA_2048',
        }),
        'UnsupportedOperationException',
      )
      await refused(kms.deleteImportedKeyMaterial({ KeyId: own }), 'UnsupportedOperationException')
    },
  ),
)

test(
  'imported HMAC, RSA and curve keys compute what their owners compute',
  proves('ImportKeyMaterial GenerateMac Sign', async (seen) => {
    const kms = keeper.sdk(seen)
    const put = async (KeyId: string, material: Uint8Array, algorithm: AlgorithmSpec) => {
      const given = await parameters(kms, KeyId, algorithm)
      await kms.importKeyMaterial({
        KeyId,
        ImportToken: given.ImportToken,
        EncryptedKeyMaterial: wrapped(given, material),
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      })
    }
    const Origin = 'EXTERNAL'
    const mac = await newKey(kms, { Origin, KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
    const secret = randomBytes(32)
    await put(mac, secret, 'RSAES_OAEP_SHA_256')
    const Message = bytes('a message')
    const coded = await kms.generateMac({ KeyId: mac, MacAlgorithm: 'HMAC_SHA_256', Message })
    const expected = createHmac('sha256', secret).update(Message).digest()
    assert.deepEqual(Buffer.from(coded.Mac ?? []), expected)
    for (const [KeySpec, SigningAlgorithm, pair] of [
      [
        'RSA_2048',
        'RSASSA_PKCS1_V1_5_SHA_256',
        generateKeyPairSync('rsa', { modulusLength: 2048 }),
      ],
      ['ECC_NIST_P256', 'ECDSA_SHA_256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ] as const) {
      const KeyId = await newKey(kms, { Origin, KeySpec, KeyUsage: 'SIGN_VERIFY' })
      const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
      await put(KeyId, der, 'RSA_AES_KEY_WRAP_SHA_256')
      const { Signature } = await kms.sign({ KeyId, SigningAlgorithm, Message })
      const signature = Buffer.from(Signature ?? [])
      assert.ok(verify('sha256', Message, pair.publicKey, signature), KeySpec)
    }
  }),
)

test(
  'a key takes several materials, one after the other',
  proves(
    'ImportKeyMaterial RotateKeyOnDemand ListKeyRotations DeleteImportedKeyMaterial',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms, { Origin: 'EXTERNAL' })
      const put = async (
        material: Uint8Array,
        ImportType: 'NEW_KEY_MATERIAL' | 'EXISTING_KEY_MATERIAL',
      ) => {
        const given = await parameters(kms, KeyId)
        const made = await kms.importKeyMaterial({
          KeyId,
          ImportToken: given.ImportToken,
          EncryptedKeyMaterial: wrapped(given, material),
          ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
          ImportType,
          KeyMaterialDescription: ImportType,
        })
        return made.KeyMaterialId ?? ''
      }
      const [one, two] = [randomBytes(32), randomBytes(32)]
      const first = await put(one, 'NEW_KEY_MATERIAL')
      assert.match(first, /^[0-9a-f]{64}$/)
      const old = await kms.encrypt({ KeyId, Plaintext: bytes('old') })
      const second = await put(two, 'NEW_KEY_MATERIAL')
      assert.notEqual(second, first)
      const waiting = await kms.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
      const state = new Map(waiting.Rotations?.map((one) => [one.KeyMaterialId, one]))
      assert.equal(state.get(first)?.KeyMaterialState, 'CURRENT')
      assert.equal(state.get(second)?.KeyMaterialState, 'PENDING_ROTATION')
      assert.equal(state.get(second)?.ImportState, 'IMPORTED')
      await kms.rotateKeyOnDemand({ KeyId })
      const { KeyMetadata } = await kms.describeKey({ KeyId })
      assert.equal(KeyMetadata?.CurrentKeyMaterialId, second)
      const opened = await kms.decrypt({ CiphertextBlob: old.CiphertextBlob })
      assert.equal(opened.KeyMaterialId, first)
      // AWS: a key one of whose materials is gone is unusable until that one is imported again.
      await kms.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: first })
      assert.equal((await kms.describeKey({ KeyId })).KeyMetadata?.KeyState, 'PendingImport')
      assert.equal(await put(one, 'EXISTING_KEY_MATERIAL'), first)
      assert.equal(
        text((await kms.decrypt({ CiphertextBlob: old.CiphertextBlob })).Plaintext),
        'old',
      )
    },
  ),
)

// The AWS SDK for JavaScript against a started keeper: symmetric and RSA encryption.
import assert from 'node:assert/strict'
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { test } from 'node:test'
import { AwsKeeper, bytes, newKey, refused, text } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()
const MESSAGE = bytes('attack at dawn')
const CONTEXT = { purpose: 'test', 'naïve key': 'ünïcode ✓' }

test(
  'encrypts and decrypts by key id, ARN, alias and alias ARN',
  proves('CreateKey CreateAlias Encrypt Decrypt', async (seen) => {
    const kms = keeper.sdk(seen)
    const { KeyMetadata } = await kms.createKey({ Description: 'payments' })
    const { KeyId = '', Arn = '' } = KeyMetadata ?? {}
    assert.match(Arn, /^arn:aws:kms:us-east-1:\d{12}:key\/[0-9a-f-]{36}$/)
    await kms.createAlias({ AliasName: 'alias/payments', TargetKeyId: KeyId })
    const aliasArn = Arn.replace(/:key\/.*/, ':alias/payments')
    for (const name of [KeyId, Arn, 'alias/payments', aliasArn]) {
      const sealed = await kms.encrypt({
        KeyId: name,
        Plaintext: MESSAGE,
        EncryptionContext: CONTEXT,
      })
      assert.equal(sealed.KeyId, Arn)
      assert.equal(sealed.EncryptionAlgorithm, 'SYMMETRIC_DEFAULT')
      const { CiphertextBlob } = sealed
      const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext: CONTEXT })
      assert.equal(text(opened.Plaintext), 'attack at dawn')
      assert.equal(opened.KeyId, Arn)
      assert.equal(opened.EncryptionAlgorithm, 'SYMMETRIC_DEFAULT')
      assert.match(opened.KeyMaterialId ?? '', /^[0-9a-f]{64}$/)
      const named = { CiphertextBlob, KeyId: name, EncryptionContext: CONTEXT }
      assert.deepEqual((await kms.decrypt(named)).Plaintext, opened.Plaintext)
    }
  }),
)

test(
  'what was encrypted under another context or key, or was changed, does not open',
  proves('InvalidCiphertextException IncorrectKeyException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const other = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({
      KeyId,
      Plaintext: MESSAGE,
      EncryptionContext: CONTEXT,
    })
    assert.ok(CiphertextBlob)
    const EncryptionContext = CONTEXT
    for (const wrong of [{}, { purpose: 'test' }, { ...CONTEXT, more: 'x' }]) {
      const call = kms.decrypt({ CiphertextBlob, EncryptionContext: wrong })
      await refused(call, 'InvalidCiphertextException')
    }
    for (const at of [0, 20, CiphertextBlob.length - 1]) {
      const changed = Buffer.from(CiphertextBlob)
      changed[at] = (changed[at] ?? 0) ^ 1
      const call = kms.decrypt({ CiphertextBlob: changed, EncryptionContext })
      await refused(call, 'InvalidCiphertextException')
    }
    const short = kms.decrypt({ CiphertextBlob: bytes('x'), EncryptionContext })
    await refused(short, 'InvalidCiphertextException')
    const elsewhere = kms.decrypt({ CiphertextBlob, EncryptionContext, KeyId: other })
    await refused(elsewhere, 'IncorrectKeyException')
  }),
)

test(
  'names the mistake in a call as AWS does',
  proves(
    `ValidationException NotFoundException InvalidArnException InvalidKeyUsageException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms)
      await kms.encrypt({ KeyId, Plaintext: new Uint8Array(4096) })
      const large = kms.encrypt({ KeyId, Plaintext: new Uint8Array(4097) })
      await refused(large, 'ValidationException', /less than or equal to 4096/)
      const empty = kms.encrypt({ KeyId, Plaintext: new Uint8Array() })
      await refused(empty, 'ValidationException', /greater than or equal to 1/)
      await refused(kms.encrypt({ KeyId: undefined, Plaintext: MESSAGE }), 'ValidationException')
      const unknown = '12345678-1234-1234-1234-123456789012'
      await refused(kms.encrypt({ KeyId: unknown, Plaintext: MESSAGE }), 'NotFoundException', /Key/)
      const alias = kms.encrypt({ KeyId: 'alias/nobody', Plaintext: MESSAGE })
      await refused(alias, 'NotFoundException', /[Aa]lias .*alias\/nobody is not found/)
      await refused(
        kms.encrypt({ KeyId: 'arn:aws:kms:nonsense', Plaintext: MESSAGE }),
        'InvalidArnException',
      )
      const signer = await newKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
      await refused(kms.encrypt({ KeyId: signer, Plaintext: MESSAGE }), 'InvalidKeyUsageException')
      const rsa = { KeyId, Plaintext: MESSAGE, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
      await refused(kms.encrypt(rsa), 'InvalidKeyUsageException')
    },
  ),
)

test(
  'a disabled key and one that waits for its deletion serve nobody',
  proves(
    `DisableKey EnableKey ScheduleKeyDeletion DisabledException KMSInvalidStateException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms)
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: MESSAGE })
      await kms.disableKey({ KeyId })
      await refused(kms.encrypt({ KeyId, Plaintext: MESSAGE }), 'DisabledException', /is disabled/)
      await refused(kms.decrypt({ CiphertextBlob }), 'DisabledException')
      await refused(kms.generateDataKey({ KeyId, KeySpec: 'AES_256' }), 'DisabledException')
      await kms.enableKey({ KeyId })
      assert.equal(text((await kms.decrypt({ CiphertextBlob })).Plaintext), 'attack at dawn')
      await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
      const pending = kms.encrypt({ KeyId, Plaintext: MESSAGE })
      await refused(pending, 'KMSInvalidStateException', /is pending deletion/)
      await refused(kms.decrypt({ CiphertextBlob }), 'KMSInvalidStateException')
    },
  ),
)

test(
  'encrypts again under another key and context',
  proves('ReEncrypt', async (seen) => {
    const kms = keeper.sdk(seen)
    const from = await newKey(kms)
    const to = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({
      KeyId: from,
      Plaintext: MESSAGE,
      EncryptionContext: CONTEXT,
    })
    const again = await kms.reEncrypt({
      CiphertextBlob,
      SourceEncryptionContext: CONTEXT,
      DestinationKeyId: to,
      DestinationEncryptionContext: { now: 'other' },
    })
    assert.ok(again.SourceKeyId?.endsWith(from))
    assert.ok(again.KeyId?.endsWith(to))
    assert.equal(again.SourceEncryptionAlgorithm, 'SYMMETRIC_DEFAULT')
    assert.equal(again.DestinationEncryptionAlgorithm, 'SYMMETRIC_DEFAULT')
    const opened = await kms.decrypt({
      CiphertextBlob: again.CiphertextBlob,
      EncryptionContext: { now: 'other' },
    })
    assert.equal(text(opened.Plaintext), 'attack at dawn')
    assert.ok(opened.KeyId?.endsWith(to))
    const wrong = { CiphertextBlob, DestinationKeyId: to }
    await refused(kms.reEncrypt(wrong), 'InvalidCiphertextException')
    const named = { ...wrong, SourceEncryptionContext: CONTEXT, SourceKeyId: to }
    await refused(kms.reEncrypt(named), 'IncorrectKeyException')
  }),
)

test(
  'RSA keys open what their public key sealed elsewhere',
  proves('GetPublicKey Encrypt Decrypt', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })
    const shown = await kms.getPublicKey({ KeyId })
    assert.equal(shown.KeySpec, 'RSA_2048')
    assert.equal(shown.KeyUsage, 'ENCRYPT_DECRYPT')
    assert.deepEqual(shown.EncryptionAlgorithms, ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'])
    const key = createPublicKey({
      key: Buffer.from(shown.PublicKey ?? []),
      format: 'der',
      type: 'spki',
    })
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    for (const [EncryptionAlgorithm, oaepHash, longest] of [
      ['RSAES_OAEP_SHA_256', 'sha256', 190],
      ['RSAES_OAEP_SHA_1', 'sha1', 214],
    ] as const) {
      const local = publicEncrypt({ key, padding, oaepHash }, MESSAGE)
      const Plaintext = new Uint8Array(longest).fill(7)
      const remote = await kms.encrypt({ KeyId, EncryptionAlgorithm, Plaintext })
      const mine = await kms.decrypt({ KeyId, EncryptionAlgorithm, CiphertextBlob: local })
      assert.equal(text(mine.Plaintext), 'attack at dawn')
      assert.equal(mine.EncryptionAlgorithm, EncryptionAlgorithm)
      const { CiphertextBlob } = remote
      const theirs = await kms.decrypt({ KeyId, EncryptionAlgorithm, CiphertextBlob })
      assert.deepEqual(Buffer.from(theirs.Plaintext ?? []), Buffer.from(Plaintext))
      const long = { KeyId, EncryptionAlgorithm, Plaintext: new Uint8Array(longest + 1) }
      await refused(kms.encrypt(long), 'ValidationException', new RegExp(`${longest} bytes`))
    }
    const CiphertextBlob = new Uint8Array(256).fill(1)
    const nonsense = { KeyId, CiphertextBlob, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
    await refused(kms.decrypt(nonsense), 'InvalidCiphertextException')
  }),
)

test(
  'a dry run answers whether the call would have been let through',
  proves('DryRunOperationException DisabledException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: MESSAGE })
    const DryRun = true
    for (const call of [
      () => kms.encrypt({ KeyId, Plaintext: MESSAGE, DryRun }),
      () => kms.decrypt({ CiphertextBlob, DryRun }),
      () => kms.reEncrypt({ CiphertextBlob, DestinationKeyId: KeyId, DryRun }),
      () => kms.generateDataKey({ KeyId, KeySpec: 'AES_256', DryRun }),
      () => kms.generateDataKeyWithoutPlaintext({ KeyId, KeySpec: 'AES_256', DryRun }),
      () => kms.generateDataKeyPair({ KeyId, KeyPairSpec: 'ECC_NIST_P256', DryRun }),
      () => kms.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec: 'RSA_2048', DryRun }),
    ]) {
      const error = await refused(call(), 'DryRunOperationException')
      assert.equal(error.$metadata.httpStatusCode, 412)
    }
    await kms.disableKey({ KeyId })
    await refused(kms.encrypt({ KeyId, Plaintext: MESSAGE, DryRun }), 'DisabledException')
  }),
)

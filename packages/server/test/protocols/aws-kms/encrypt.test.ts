import { strict as assert } from 'node:assert'
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { test } from 'node:test'
import {
  cancelDestroyKey,
  contextToAad,
  decrypt,
  destroyKey,
  encrypt,
  resumeKey,
  revokeKey,
  rotateKey,
  suspendKey,
} from '@claviger/core'
import { decodeCiphertext, encodeCiphertext } from '@claviger/envelope'
import { base64, bytesOf, makeAwsWorld, textOf } from './aws-world.ts'
import { arnOf, keyOf, publicKeyOf } from './crypto-keys.ts'

const Plaintext = base64('attack at dawn')

test('what Encrypt makes, Decrypt reads without being told the key', async () => {
  const world = makeAwsWorld()
  const id = await keyOf(world)
  const sealed = await world.call('Encrypt', { KeyId: id, Plaintext })
  assert.deepEqual(Object.keys(sealed).toSorted(), [
    'CiphertextBlob',
    'EncryptionAlgorithm',
    'KeyId',
  ])
  assert.equal(sealed['KeyId'], arnOf(id))
  assert.equal(sealed['EncryptionAlgorithm'], 'SYMMETRIC_DEFAULT')
  const { CiphertextBlob } = sealed
  for (const KeyId of [undefined, id, arnOf(id)]) {
    const opened = await world.call('Decrypt', { CiphertextBlob, KeyId })
    assert.equal(bytesOf(opened, 'Plaintext').toString(), 'attack at dawn')
    assert.equal(opened['KeyId'], arnOf(id))
    assert.match(textOf(opened, 'KeyMaterialId'), /^[0-9a-f]{64}$/)
  }
})

test('the encryption context must be the same, and the empty one is none', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const EncryptionContext = { purpose: 'test', Ünïcode: '✓' }
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext, EncryptionContext })
  const turned = { Ünïcode: '✓', purpose: 'test' }
  await world.call('Decrypt', { CiphertextBlob, EncryptionContext: turned })
  for (const other of [undefined, {}, { purpose: 'test' }, { purpose: 'Test', Ünïcode: '✓' }]) {
    await world.refused('InvalidCiphertextException', 'Decrypt', {
      CiphertextBlob,
      EncryptionContext: other,
    })
  }
  const bare = await world.call('Encrypt', { KeyId, Plaintext, EncryptionContext: {} })
  await world.call('Decrypt', { CiphertextBlob: bare['CiphertextBlob'] })
})

test('a context over 8 KiB or of other than texts is refused, one of many pairs is not', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const ask = { KeyId, Plaintext }
  const long = { a: 'x'.repeat(8_192) }
  await world.refused('ValidationException', 'Encrypt', { ...ask, EncryptionContext: long })
  await world.refused('SerializationException', 'Encrypt', { ...ask, EncryptionContext: { a: 1 } })
  await world.refused('SerializationException', 'Encrypt', { ...ask, EncryptionContext: ['a'] })
  await world.call('Encrypt', { ...ask, EncryptionContext: { a: 'x'.repeat(8_000) } })
  const EncryptionContext = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`n${n}`, '']))
  const { CiphertextBlob } = await world.call('Encrypt', { ...ask, EncryptionContext })
  await world.call('Decrypt', { CiphertextBlob, EncryptionContext })
  await world.refused('InvalidCiphertextException', 'Decrypt', {
    CiphertextBlob,
    EncryptionContext: { ...EncryptionContext, more: '' },
  })
})

test('a blob that was changed, cut short or never was one has no reason given', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const blob = bytesOf(await world.call('Encrypt', { KeyId, Plaintext }), 'CiphertextBlob')
  const refused = (bytes: Uint8Array, more = {}) =>
    world.refused('InvalidCiphertextException', 'Decrypt', {
      CiphertextBlob: base64(bytes),
      ...more,
    })
  const flipped = (index: number): Buffer => {
    const copy = Buffer.from(blob)
    copy[index] = (copy[index] as number) ^ 1
    return copy
  }
  for (const index of [0, 1, 2, 23, 24, 40, blob.length - 1]) {
    const error = await refused(flipped(index), { KeyId })
    assert.equal(error.message, '')
  }
  await refused(blob.subarray(0, 30))
  await refused(Buffer.from('hello'))
  await refused(Buffer.from('hello'), { KeyId })
  // A version that never was.
  const later = encodeCiphertext({ ...decodeCiphertext(blob), version: 99 })
  await refused(later)
})

test('a ciphertext of another key is an incorrect key, and of an unknown one not accessible', async () => {
  const world = makeAwsWorld()
  const [one, other] = [await keyOf(world), await keyOf(world)]
  const sealed = await world.call('Encrypt', { KeyId: one, Plaintext })
  const { CiphertextBlob } = sealed
  await world.refused('IncorrectKeyException', 'Decrypt', { CiphertextBlob, KeyId: other })
  const envelope = decodeCiphertext(bytesOf(sealed, 'CiphertextBlob'))
  const stray = encodeCiphertext({ ...envelope, key: '01890000-0000-7000-8000-000000000000' })
  await world.refused(
    'AccessDeniedException',
    'Decrypt',
    { CiphertextBlob: base64(stray) },
    { message: /^The ciphertext refers to a customer master key that does not exist/ },
  )
  // The same key is not in another region.
  await world.refused(
    'AccessDeniedException',
    'Decrypt',
    { CiphertextBlob },
    { region: 'eu-west-1' },
  )
  await world.refused(
    'NotFoundException',
    'Encrypt',
    { KeyId: one, Plaintext },
    { region: 'eu-west-1' },
  )
})

test('after rotations old blobs decrypt, and each material has its own id', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const ids = new Set<string>()
  const blobs: unknown[] = []
  for (let rotation = 0; rotation < 3; rotation++) {
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
    blobs.push(CiphertextBlob)
    await world.run(rotateKey, { key: KeyId })
  }
  for (const CiphertextBlob of blobs) {
    const opened = await world.call('Decrypt', { CiphertextBlob })
    assert.equal(bytesOf(opened, 'Plaintext').toString(), 'attack at dawn')
    ids.add(textOf(opened, 'KeyMaterialId'))
  }
  assert.equal(ids.size, 3)
})

test('what RSA sealed before a rotation of another door opens afterwards, and only while its version may', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world, 'RSA_2048')
  const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
  const blobs: unknown[] = []
  for (let version = 1; version <= 3; version++) {
    if (version > 1) await world.run(rotateKey, { key: KeyId })
    const ask = { KeyId, Plaintext, EncryptionAlgorithm }
    blobs.push((await world.call('Encrypt', ask))['CiphertextBlob'])
  }
  const seen = world.log.entries.length
  for (const CiphertextBlob of blobs) {
    const ask = { KeyId, CiphertextBlob, EncryptionAlgorithm }
    const opened = await world.call('Decrypt', ask)
    assert.equal(bytesOf(opened, 'Plaintext').toString(), 'attack at dawn')
    await world.refused('DryRunOperationException', 'Decrypt', { ...ask, DryRun: true })
    const moved = await world.call('ReEncrypt', {
      CiphertextBlob,
      SourceKeyId: KeyId,
      SourceEncryptionAlgorithm: EncryptionAlgorithm,
      DestinationKeyId: await keyOf(world),
    })
    const { CiphertextBlob: symmetric } = moved
    const read = await world.call('Decrypt', { CiphertextBlob: symmetric })
    assert.equal(bytesOf(read, 'Plaintext').toString(), 'attack at dawn')
  }
  const decrypts = world.log.events.slice(seen).filter(({ target }) => idOf(target) === KeyId)
  assert.equal(decrypts.length, 9, 'one entry for each call')
  const [first] = decrypts
  assert.deepEqual([first?.['outcome'], first?.['items'], first?.['failed']], ['partial', 3, 2])
  await world.run(revokeKey, { key: KeyId, version: 1, reason: 'key-compromise' })
  const [oldest] = blobs
  const ask = { KeyId, CiphertextBlob: oldest, EncryptionAlgorithm }
  await world.refused('InvalidCiphertextException', 'Decrypt', ask)
})

const idOf = (target: unknown): unknown => (target as { readonly id?: unknown }).id

test('what another door encrypts with the same context, this one decrypts, and the reverse', async () => {
  const world = makeAwsWorld()
  const key = await keyOf(world)
  const EncryptionContext = { tenant: 'a', invoice: '7' }
  const aad = contextToAad(EncryptionContext)
  const plaintext = Buffer.from('one key, many doors')
  const made = await world.data(encrypt, { key, items: [{ plaintext, aad }] })
  const blob = encodeCiphertext({ kind: 'ciphertext', key, ...made })
  const CiphertextBlob = base64(blob)
  const opened = await world.call('Decrypt', { CiphertextBlob, EncryptionContext })
  assert.equal(bytesOf(opened, 'Plaintext').toString(), 'one key, many doors')

  const Plain = base64(plaintext)
  const sealed = await world.call('Encrypt', { KeyId: key, Plaintext: Plain, EncryptionContext })
  const envelope = decodeCiphertext(bytesOf(sealed, 'CiphertextBlob'))
  assert.equal(envelope.key, key)
  const item = { ...envelope, mechanism: 'aes-gcm' as const, aad }
  const read = await world.data(decrypt, { key, items: [item] })
  assert.equal(Buffer.from(read.plaintext).toString(), 'one key, many doors')
})

test('a disabled key and one about to be deleted refuse, each in its own words', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
  await world.run(suspendKey, { key: KeyId, reason: 'test' })
  const message = `${arnOf(KeyId)} is disabled.`
  await world.refused('DisabledException', 'Encrypt', { KeyId, Plaintext }, { message })
  await world.refused('DisabledException', 'Decrypt', { CiphertextBlob }, { message })
  await world.refused('DisabledException', 'GenerateDataKey', { KeyId, NumberOfBytes: 16 })
  await world.run(resumeKey, { key: KeyId })
  await world.call('Decrypt', { CiphertextBlob })
  await world.run(destroyKey, { key: KeyId, windowDays: 7 })
  const pending = { message: `${arnOf(KeyId)} is pending deletion.` }
  await world.refused('KMSInvalidStateException', 'Encrypt', { KeyId, Plaintext }, pending)
  await world.refused('KMSInvalidStateException', 'Decrypt', { CiphertextBlob }, pending)
  await world.run(cancelDestroyKey, { key: KeyId })
  await world.refused('DisabledException', 'Encrypt', { KeyId, Plaintext })
  await world.run(destroyKey, { key: KeyId, windowDays: 0 })
  await world.refused('NotFoundException', 'Encrypt', { KeyId, Plaintext })
})

test('a key of another usage is refused by its usage', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world, 'ECC_NIST_P256', 'SIGN_VERIFY')
  await world.refused(
    'InvalidKeyUsageException',
    'Encrypt',
    { KeyId, Plaintext },
    { message: `${arnOf(KeyId)} key usage is SIGN_VERIFY which is not valid for Encrypt.` },
  )
  const rsa = await keyOf(world, 'RSA_2048', 'ENCRYPT_DECRYPT')
  await world.refused('InvalidKeyUsageException', 'Encrypt', { KeyId: rsa, Plaintext })
  const symmetric = await keyOf(world)
  const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256'
  const ask = { KeyId: symmetric, Plaintext, EncryptionAlgorithm }
  await world.refused('InvalidKeyUsageException', 'Encrypt', ask)
})

test('plaintexts have 1 to 4096 bytes, and members are checked as the model says', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const full = base64(Buffer.alloc(4_096, 7))
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: full })
  const opened = await world.call('Decrypt', { CiphertextBlob })
  assert.equal(opened['Plaintext'], full)
  const refused = (input: Record<string, unknown>, message?: string, action = 'Encrypt') =>
    world.refused('ValidationException', action, { KeyId, ...input }, message ? { message } : {})
  const over = base64(Buffer.alloc(4_097))
  await refused(
    { Plaintext: over },
    "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
  )
  await refused({ Plaintext: '' })
  await refused(
    {},
    "1 validation error detected: Value null at 'plaintext' failed to satisfy constraint: Member must not be null",
  )
  await refused({ Plaintext: null })
  await refused({ Plaintext, GrantTokens: Array.from({ length: 11 }, () => 'token') })
  await refused({ Plaintext, EncryptionAlgorithm: 'ROT13' })
  await refused({ CiphertextBlob: base64(Buffer.alloc(6_145)) }, undefined, 'Decrypt')
  await refused({}, undefined, 'Decrypt')
  await refused({ Plaintext, KeyId: '' })
  await world.refused('SerializationException', 'Encrypt', { KeyId, Plaintext: 7 })
  await world.refused('SerializationException', 'Encrypt', { KeyId, Plaintext: '*' })
  await world.refused('SerializationException', 'Encrypt', { KeyId, Plaintext, DryRun: 'yes' })
  await world.refused('SerializationException', 'Encrypt', { KeyId, Plaintext, GrantTokens: 'a' })
})

test('a dry run succeeds by an exception of its own, and only where the call would', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const DryRun = true
  const message = 'The request would have succeeded, but the DryRun option is set.'
  const ask = { KeyId, Plaintext, DryRun }
  await world.refused('DryRunOperationException', 'Encrypt', ask, { message })
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext })
  await world.refused('DryRunOperationException', 'Decrypt', { CiphertextBlob, DryRun })
  await world.refused('InvalidCiphertextException', 'Decrypt', {
    CiphertextBlob: base64('x'),
    DryRun,
  })
  const DryRunModifiers = ['IGNORE_CIPHERTEXT']
  await world.refused('DryRunOperationException', 'Decrypt', { KeyId, DryRun, DryRunModifiers })
  await world.refused('ValidationException', 'Decrypt', { DryRun, DryRunModifiers })
  await world.refused('ValidationException', 'Decrypt', { KeyId, DryRunModifiers })
  await world.run(suspendKey, { key: KeyId, reason: 'test' })
  await world.refused('DisabledException', 'Encrypt', ask)
  await world.refused('DisabledException', 'Decrypt', { KeyId, DryRun, DryRunModifiers })
})

const OAEP_LIMITS = [
  ['RSA_2048', 214, 190],
  ['RSA_3072', 342, 318],
  ['RSA_4096', 470, 446],
] as const

for (const [spec, sha1, sha256] of OAEP_LIMITS) {
  test(`${spec} takes what RSAES-OAEP has room for, and reads what OpenSSL made`, async () => {
    const world = makeAwsWorld()
    const KeyId = await keyOf(world, spec, 'ENCRYPT_DECRYPT')
    const key = createPublicKey({
      key: await publicKeyOf(world, KeyId),
      format: 'der',
      type: 'spki',
    })
    for (const [EncryptionAlgorithm, bytesMax, oaepHash] of [
      ['RSAES_OAEP_SHA_1', sha1, 'sha1'],
      ['RSAES_OAEP_SHA_256', sha256, 'sha256'],
    ] as const) {
      const ask = { KeyId, EncryptionAlgorithm }
      const full = base64(Buffer.alloc(bytesMax, 3))
      const sealed = await world.call('Encrypt', { ...ask, Plaintext: full })
      const { CiphertextBlob } = sealed
      assert.equal(bytesOf(sealed, 'CiphertextBlob').length, Number(spec.slice(4)) / 8)
      const opened = await world.call('Decrypt', { ...ask, CiphertextBlob })
      assert.equal(opened['Plaintext'], full)
      assert.equal(opened['KeyMaterialId'], undefined)
      await world.refused(
        'ValidationException',
        'Encrypt',
        { ...ask, Plaintext: base64(Buffer.alloc(bytesMax + 1)) },
        {
          message: `Algorithm ${EncryptionAlgorithm} and key spec ${spec} cannot encrypt data larger than ${bytesMax} bytes.`,
        },
      )
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      const theirs = publicEncrypt({ key, padding, oaepHash }, Buffer.from('from outside'))
      const read = await world.call('Decrypt', { ...ask, CiphertextBlob: base64(theirs) })
      assert.equal(bytesOf(read, 'Plaintext').toString(), 'from outside')
      await world.refused('ValidationException', 'Decrypt', {
        CiphertextBlob,
        EncryptionAlgorithm,
      })
      await world.refused('ValidationException', 'Encrypt', {
        ...ask,
        Plaintext,
        EncryptionContext: { a: 'b' },
      })
      await world.refused('InvalidCiphertextException', 'Decrypt', {
        ...ask,
        CiphertextBlob: base64('short'),
      })
    }
    const { CiphertextBlob } = await world.call('Encrypt', {
      KeyId,
      Plaintext,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_1',
    })
    await world.refused('InvalidCiphertextException', 'Decrypt', {
      KeyId,
      CiphertextBlob,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    })
  })
}

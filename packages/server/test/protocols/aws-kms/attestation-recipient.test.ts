import assert from 'node:assert/strict'
import { createPrivateKey, diffieHellman, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { attestationCrypto } from '../../../src/attestation-crypto.ts'
import type { AwsCrypto } from '../../../src/protocols/aws-kms/crypto-port.ts'
import { makeWorld } from '../../keeper/world.ts'
import {
  enclaveKey,
  type EnclaveOptions,
  fieldsOf,
  type Infrastructure,
  makeInfrastructure,
  signDocument,
} from './attestation-authority.ts'
import { openForRecipient } from './attestation-envelope.ts'
import {
  type AwsWorld,
  base64,
  bytesOf,
  makeAwsWorld,
  type Output,
  TEST_CRYPTO,
  textOf,
} from './aws-world.ts'
import { keyOf, publicKeyOf } from './crypto-keys.ts'

const OAEP = 'RSAES_OAEP_SHA_256'

let world: AwsWorld
let made: Infrastructure
let recipient: Output

async function recipientOf(options: EnclaveOptions = {}): Promise<Output> {
  const fields = fieldsOf(made, { publicKey: enclaveKey().publicKey, ...options })
  const document = await signDocument(made.leaf, fields)
  return { AttestationDocument: base64(document), KeyEncryptionAlgorithm: OAEP }
}

/** What the enclave reads of an answer, in which nothing is in the clear. */
function opened(output: Output, ...plaintexts: string[]): Buffer {
  for (const member of plaintexts) assert.ok(!(member in output), `${member} is in the clear`)
  return openForRecipient(textOf(output, 'CiphertextForRecipient'), enclaveKey().privateKey)
}

before(async () => {
  const keeper = makeWorld()
  made = await makeInfrastructure(keeper.clock.now())
  const crypto: AwsCrypto = { ...(TEST_CRYPTO as AwsCrypto), attestation: attestationCrypto }
  world = makeAwsWorld(keeper, { crypto, nitroRoots: [made.root.der] })
  recipient = await recipientOf()
})

describe('an answer to an enclave', () => {
  it('of Decrypt is the plaintext', async () => {
    const KeyId = await keyOf(world)
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('secret') })
    const output = await world.call('Decrypt', { CiphertextBlob, Recipient: recipient })
    assert.equal(opened(output, 'Plaintext').toString(), 'secret')
    assert.equal(output['EncryptionAlgorithm'], 'SYMMETRIC_DEFAULT')
    const { Plaintext } = await world.call('Decrypt', { CiphertextBlob, Recipient: null })
    assert.equal(Plaintext, base64('secret'))
  })

  it('of GenerateDataKey is the key of its ciphertext', async () => {
    const KeyId = await keyOf(world)
    const output = await world.call('GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
      Recipient: recipient,
    })
    const key = opened(output, 'Plaintext')
    assert.equal(key.length, 32)
    const { CiphertextBlob } = output
    const decrypted = await world.call('Decrypt', { CiphertextBlob })
    assert.deepEqual(bytesOf(decrypted, 'Plaintext'), key)
  })

  it('of GenerateDataKeyPair is the private key of its public one', async () => {
    const KeyId = await keyOf(world)
    for (const KeyPairSpec of ['ECC_NIST_P256', 'RSA_4096']) {
      const output = await world.call('GenerateDataKeyPair', {
        KeyId,
        KeyPairSpec,
        Recipient: recipient,
      })
      const key = opened(output, 'PrivateKeyPlaintext')
      const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
      const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
      assert.deepEqual(spki, bytesOf(output, 'PublicKey'))
    }
  })

  it('of GenerateRandom is as many bytes as were asked for', async () => {
    const ask = { NumberOfBytes: 1_024, Recipient: recipient }
    const one = opened(await world.call('GenerateRandom', ask), 'Plaintext')
    const two = opened(await world.call('GenerateRandom', ask), 'Plaintext')
    assert.equal(one.length, 1_024)
    assert.notDeepEqual(one, two)
  })

  it('of DeriveSharedSecret is the secret that the peer has', async () => {
    const KeyId = await keyOf(world, 'ECC_NIST_P256', 'KEY_AGREEMENT')
    const peer = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const spki = peer.publicKey.export({ type: 'spki', format: 'der' })
    const output = await world.call('DeriveSharedSecret', {
      KeyId,
      PublicKey: base64(spki),
      KeyAgreementAlgorithm: 'ECDH',
      Recipient: recipient,
    })
    const own = createPublicKey({
      key: await publicKeyOf(world, KeyId),
      format: 'der',
      type: 'spki',
    })
    const secret = diffieHellman({ privateKey: peer.privateKey, publicKey: own })
    assert.deepEqual(opened(output, 'SharedSecret'), secret)
  })

  it('is told of in the log: which module it was for, of which image', async () => {
    const KeyId = await keyOf(world)
    const fields = new Map(fieldsOf(made, { publicKey: enclaveKey().publicKey }))
    const pcrs = fields.get('pcrs') as ReadonlyMap<number, Uint8Array>
    const Recipient = await recipientOf()
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('secret') })
    await world.call('Decrypt', { CiphertextBlob, Recipient })
    const told = {
      recipient: 'enclave',
      recipientModule: fields.get('module_id'),
      recipientImage: Buffer.from(pcrs.get(0) as Uint8Array).toString('hex'),
    }
    assert.deepEqual(world.log.events.at(-1)?.['details'], told)
    await world.call('GenerateRandom', { NumberOfBytes: 8, Recipient })
    assert.deepEqual(world.log.events.at(-1)?.['details'], { bytes: 8, ...told })
    await world.call('Decrypt', { CiphertextBlob })
    assert.equal(world.log.events.at(-1)?.['details'], undefined)
  })

  it('is to no enclave when it is about a dry run, or about no plaintext', async () => {
    const KeyId = await keyOf(world)
    const ask = { KeyId, KeySpec: 'AES_256', Recipient: recipient }
    await world.refused('DryRunOperationException', 'GenerateDataKey', { ...ask, DryRun: true })
    const output = await world.call('GenerateDataKeyWithoutPlaintext', ask)
    assert.ok(!('CiphertextForRecipient' in output))
  })
})

describe('a Recipient', () => {
  const refusals: readonly (readonly [string, unknown, string, string | RegExp])[] = [
    ['text', 'enclave', 'SerializationException', /not a structure/],
    ['a list', [], 'SerializationException', /not a structure/],
    ['empty', {}, 'ValidationException', /'recipient\.attestationDocument'.*must not be null/],
    [
      'without an algorithm',
      { AttestationDocument: 'AAAA' },
      'ValidationException',
      /'recipient\.keyEncryptionAlgorithm'.*must not be null/,
    ],
    [
      'with another algorithm',
      { AttestationDocument: 'AAAA', KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_1' },
      'ValidationException',
      /'recipient\.keyEncryptionAlgorithm'.*enum value set: \[RSAES_OAEP_SHA_256\]/,
    ],
    [
      'with a number for an algorithm',
      { AttestationDocument: 'AAAA', KeyEncryptionAlgorithm: 1 },
      'SerializationException',
      /not a string/,
    ],
    [
      'with a number for a document',
      { AttestationDocument: 5, KeyEncryptionAlgorithm: OAEP },
      'SerializationException',
      /not a blob/,
    ],
    [
      'with what is no base64',
      { AttestationDocument: '!', KeyEncryptionAlgorithm: OAEP },
      'SerializationException',
      /not valid base64/,
    ],
    [
      'with an empty document',
      { AttestationDocument: '', KeyEncryptionAlgorithm: OAEP },
      'ValidationException',
      /'recipient\.attestationDocument'.*length greater than or equal to 1/,
    ],
    [
      'with no document in it',
      { AttestationDocument: 'AAAA', KeyEncryptionAlgorithm: OAEP },
      'ValidationException',
      /^Failed to verify the attestation document: /,
    ],
    ...[262_145, 262_147, 1_000_000].map(
      (length) =>
        [
          `with ${length} bytes`,
          { AttestationDocument: base64(new Uint8Array(length)), KeyEncryptionAlgorithm: OAEP },
          'ValidationException',
          /'recipient\.attestationDocument'.*length less than or equal to 262144/,
        ] as const,
    ),
    [
      'with 262144 bytes',
      { AttestationDocument: base64(new Uint8Array(262_144)), KeyEncryptionAlgorithm: OAEP },
      'ValidationException',
      /^Failed to verify the attestation document: /,
    ],
  ]
  for (const [what, given, exception, message] of refusals) {
    it(`${what} is refused`, async () => {
      const input = { NumberOfBytes: 8, Recipient: given }
      await world.refused(exception, 'GenerateRandom', input, { message })
    })
  }

  it('of another root, of another time and without a configured root is refused by every action', async () => {
    const KeyId = await keyOf(world)
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('secret') })
    const agreeing = await keyOf(world, 'ECC_NIST_P256', 'KEY_AGREEMENT')
    const inputs: Readonly<Record<string, Output>> = {
      Decrypt: { CiphertextBlob },
      GenerateDataKey: { KeyId, KeySpec: 'AES_256' },
      GenerateDataKeyPair: { KeyId, KeyPairSpec: 'ECC_NIST_P256' },
      GenerateRandom: { NumberOfBytes: 8 },
      DeriveSharedSecret: {
        KeyId: agreeing,
        PublicKey: base64(await publicKeyOf(world, agreeing)),
        KeyAgreementAlgorithm: 'ECDH',
      },
    }
    const own = made
    made = await makeInfrastructure(world.clock.now())
    const stranger = await recipientOf()
    made = own
    const rootless = makeAwsWorld(world, { crypto: world.aws.crypto })
    for (const [action, input] of Object.entries(inputs)) {
      await world.refused(
        'ValidationException',
        action,
        { ...input, Recipient: stranger },
        { message: /does not begin at a trusted root/ },
      )
      await rootless.refused(
        'ValidationException',
        action,
        { ...input, Recipient: recipient },
        { message: /trusts no attestation root/ },
      )
    }
  })
})

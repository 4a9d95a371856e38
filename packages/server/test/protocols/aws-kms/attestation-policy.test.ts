import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { attestationCrypto } from '../../../src/attestation-crypto.ts'
import type { AwsCrypto } from '../../../src/protocols/aws-kms/crypto-port.ts'
import { makeWorld } from '../../keeper/world.ts'
import {
  enclaveKey,
  fieldsOf,
  type Infrastructure,
  makeInfrastructure,
  samplePcrs,
  signDocument,
} from './attestation-authority.ts'
import { openForRecipient } from './attestation-envelope.ts'
import {
  ACCOUNT,
  type AwsWorld,
  base64,
  makeAwsWorld,
  type Output,
  TEST_CRYPTO,
  textOf,
} from './aws-world.ts'

const ADMIN = `arn:aws:iam::${ACCOUNT}:user/admin`
const APPLICATION = `arn:aws:iam::${ACCOUNT}:user/application`
const AS = { as: 'application' }
const ATTESTATION = 'kms:RecipientAttestation:'
const IMAGE = '01'.repeat(48)
const PCR8 = '09'.repeat(48)

let world: AwsWorld
let made: Infrastructure

before(async () => {
  const keeper = makeWorld()
  made = await makeInfrastructure(keeper.clock.now())
  const crypto: AwsCrypto = { ...(TEST_CRYPTO as AwsCrypto), attestation: attestationCrypto }
  world = makeAwsWorld(keeper, { crypto, nitroRoots: [made.root.der] })
})

interface Platform {
  readonly pcrs?: ReadonlyMap<number, Uint8Array>
  /** An instance with NitroTPM says its registers under another name. */
  readonly isTpm?: boolean
}

async function recipient({ pcrs = samplePcrs(), isTpm }: Platform = {}): Promise<Output> {
  const fields = fieldsOf(made, { publicKey: enclaveKey().publicKey, pcrs })
  if (isTpm === true) {
    fields.delete('pcrs')
    fields.set('nitrotpm_pcrs', pcrs)
  }
  const document = await signDocument(made.leaf, fields)
  return {
    AttestationDocument: base64(document),
    KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  }
}

/** A key that the application may encrypt under, and use otherwise when the condition holds. */
async function keyFor(condition: Output, also: readonly Output[] = []): Promise<string> {
  const statements = [
    { Effect: 'Allow', Principal: { AWS: ADMIN }, Action: 'kms:*', Resource: '*' },
    { Effect: 'Allow', Principal: { AWS: APPLICATION }, Action: 'kms:Encrypt', Resource: '*' },
    {
      Effect: 'Allow',
      Principal: { AWS: APPLICATION },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyPair'],
      Resource: '*',
      Condition: condition,
    },
    ...also,
  ]
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  return textOf(await world.call('CreateKey', { Policy }), 'KeyMetadata.KeyId')
}

async function sealedUnder(KeyId: string): Promise<Output> {
  const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('secret') }, AS)
  return { CiphertextBlob, KeyId }
}

function opened(output: Output): string {
  assert.ok(!('Plaintext' in output))
  const text = textOf(output, 'CiphertextForRecipient')
  return openForRecipient(text, enclaveKey().privateKey).toString()
}

const withPcr = (index: number, octet: number): Map<number, Uint8Array> =>
  samplePcrs().set(index, new Uint8Array(48).fill(octet))

describe('a key policy that asks for an image', () => {
  it('lets the enclave of that image decrypt, and nobody else', async () => {
    const sealed = await sealedUnder(
      await keyFor({ StringEqualsIgnoreCase: { [`${ATTESTATION}ImageSha384`]: IMAGE } }),
    )
    const mine = await recipient()
    assert.equal(opened(await world.call('Decrypt', { ...sealed, Recipient: mine }, AS)), 'secret')
    // Without a document, with that of another image, and with that of an enclave in debug mode.
    await world.refused('AccessDeniedException', 'Decrypt', sealed, AS)
    for (const octet of [2, 0]) {
      const Recipient = await recipient({ pcrs: withPcr(0, octet) })
      await world.refused('AccessDeniedException', 'Decrypt', { ...sealed, Recipient }, AS)
    }
    // The one that is allowed is so still, in whatever order they come.
    assert.equal(opened(await world.call('Decrypt', { ...sealed, Recipient: mine }, AS)), 'secret')
    await world.refused('AccessDeniedException', 'Decrypt', sealed, AS)
  })

  it('is met by no register that an instance writes into its own TPM', async () => {
    const sealed = await sealedUnder(
      await keyFor({ StringEquals: { [`${ATTESTATION}PCR0`]: IMAGE } }),
    )
    const Recipient = await recipient({ isTpm: true })
    await world.refused('AccessDeniedException', 'Decrypt', { ...sealed, Recipient }, AS)
    await world.call('Decrypt', { ...sealed, Recipient: await recipient() }, AS)
    const measured = await sealedUnder(
      await keyFor({ StringEquals: { [`${ATTESTATION}NitroTPMPCR8`]: PCR8 } }),
    )
    assert.equal(opened(await world.call('Decrypt', { ...measured, Recipient }, AS)), 'secret')
    const enclave = await recipient()
    await world.refused('AccessDeniedException', 'Decrypt', { ...measured, Recipient: enclave }, AS)
  })

  it('may ask for several registers, all of which must be as it says', async () => {
    const key = await keyFor({
      StringEquals: { [`${ATTESTATION}PCR0`]: IMAGE, [`${ATTESTATION}PCR8`]: PCR8 },
    })
    const ask = { KeyId: key, KeySpec: 'AES_256' }
    const output = await world.call('GenerateDataKey', { ...ask, Recipient: await recipient() }, AS)
    assert.equal(
      openForRecipient(textOf(output, 'CiphertextForRecipient'), enclaveKey().privateKey).length,
      32,
    )
    for (const pcrs of [withPcr(0, 9), withPcr(8, 8), new Map([[0, new Uint8Array(48).fill(1)]])]) {
      const Recipient = await recipient({ pcrs })
      await world.refused('AccessDeniedException', 'GenerateDataKey', { ...ask, Recipient }, AS)
    }
  })

  it('may refuse whoever gives no document, whatever else allows', async () => {
    const key = await keyFor({}, [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['kms:Decrypt', 'kms:GenerateDataKeyPair'],
        Resource: '*',
        Condition: { StringNotEqualsIgnoreCase: { [`${ATTESTATION}ImageSha384`]: IMAGE } },
      },
    ])
    const sealed = await sealedUnder(key)
    for (const options of [AS, {}]) {
      await world.refused('AccessDeniedException', 'Decrypt', sealed, options)
      const Recipient = await recipient()
      assert.equal(opened(await world.call('Decrypt', { ...sealed, Recipient }, options)), 'secret')
    }
    const pair = { KeyId: key, KeyPairSpec: 'ECC_NIST_P256' }
    await world.refused('AccessDeniedException', 'GenerateDataKeyPair', pair, AS)
    await world.call('GenerateDataKeyPair', { ...pair, Recipient: await recipient() }, AS)
  })

  it('is not met by a document that does not verify: that is said instead', async () => {
    const sealed = await sealedUnder(
      await keyFor({ StringEquals: { [`${ATTESTATION}PCR0`]: IMAGE } }),
    )
    const { AttestationDocument: text, ...rest } = await recipient()
    const document = Buffer.from(String(text), 'base64')
    document[document.length - 1] = (document.at(-1) as number) ^ 1
    const Recipient = { ...rest, AttestationDocument: base64(document) }
    await world.refused(
      'ValidationException',
      'Decrypt',
      { ...sealed, Recipient },
      {
        ...AS,
        message: 'Failed to verify the attestation document: the signature is not valid.',
      },
    )
  })
})

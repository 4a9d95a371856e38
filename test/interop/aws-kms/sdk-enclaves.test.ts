// The AWS SDK for JavaScript in an enclave: answers that only its key opens, under a root of the test's own.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  enclaveKey,
  fieldsOf,
  makeInfrastructure,
  signDocument,
} from '../../../packages/server/test/protocols/aws-kms/attestation-authority.ts'
import { openForRecipient } from '../../../packages/server/test/protocols/aws-kms/attestation-envelope.ts'
import { AwsKeeper, bytes, newKey, refused } from './aws-keeper.ts'
import { proves } from './proves.ts'

const made = await makeInfrastructure(Date.now())
const folder = mkdtempSync(join(tmpdir(), 'claviger-root-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const root = join(folder, 'root.pem')
const base64 = Buffer.from(made.root.der).toString('base64')
writeFileSync(root, `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`)

const keeper = await AwsKeeper.start(`aws.nitro-root = ${JSON.stringify(root)}`)
const KeyEncryptionAlgorithm = 'RSAES_OAEP_SHA_256'

/** What the enclave asks its security module for, anew for each call. */
async function recipient(pcr0 = 1): Promise<{
  readonly AttestationDocument: Uint8Array
  readonly KeyEncryptionAlgorithm: typeof KeyEncryptionAlgorithm
}> {
  const pcrs = new Map([[0, new Uint8Array(48).fill(pcr0)]])
  const fields = fieldsOf(made, { publicKey: enclaveKey().publicKey, pcrs })
  fields.set('timestamp', Date.now())
  return { AttestationDocument: await signDocument(made.leaf, fields), KeyEncryptionAlgorithm }
}

function opened(sealed: Uint8Array | undefined): Buffer {
  assert.ok(sealed)
  return openForRecipient(Buffer.from(sealed).toString('base64'), enclaveKey().privateKey)
}

test(
  'what would be in the clear is sealed to the enclave',
  proves(
    'Decrypt GenerateDataKey GenerateDataKeyPair GenerateRandom DeriveSharedSecret',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms)
      const Recipient = await recipient()
      const random = await kms.generateRandom({ NumberOfBytes: 40, Recipient })
      assert.ok(!('Plaintext' in random))
      assert.equal(opened(random.CiphertextForRecipient).length, 40)
      const dataKey = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256', Recipient })
      assert.ok(!('Plaintext' in dataKey))
      const key = opened(dataKey.CiphertextForRecipient)
      const { CiphertextBlob } = dataKey
      const shown = await kms.decrypt({ CiphertextBlob, KeyId })
      assert.deepEqual(key, Buffer.from(shown.Plaintext ?? []))
      const hidden = await kms.decrypt({ CiphertextBlob, KeyId, Recipient })
      assert.ok(!('Plaintext' in hidden))
      assert.deepEqual(opened(hidden.CiphertextForRecipient), key)
      const pair = await kms.generateDataKeyPair({ KeyId, KeyPairSpec: 'RSA_2048', Recipient })
      assert.ok(!('PrivateKeyPlaintext' in pair))
      const pkcs8 = opened(pair.CiphertextForRecipient)
      const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
      assert.deepEqual(spki, Buffer.from(pair.PublicKey ?? []))
      const agreeing = await newKey(kms, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
      const { PublicKey } = await kms.getPublicKey({ KeyId: agreeing })
      const input = {
        KeyId: agreeing,
        PublicKey,
        KeyAgreementAlgorithm: 'ECDH',
        Recipient,
      } as const
      const shared = await kms.deriveSharedSecret(input)
      assert.ok(!('SharedSecret' in shared))
      assert.equal(opened(shared.CiphertextForRecipient).length, 32)
    },
  ),
)

test(
  'a key policy gives a key to one image alone',
  proves('Decrypt AccessDeniedException ValidationException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: bytes('for one image') })
    const { Policy = '' } = await kms.getKeyPolicy({ KeyId })
    const policy = JSON.parse(Policy) as { Statement: object[] }
    policy.Statement.push({
      Sid: 'OneImage',
      Effect: 'Deny',
      Principal: '*',
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: {
        StringNotEqualsIgnoreCase: {
          'kms:RecipientAttestation:ImageSha384': '01'.repeat(48),
        },
      },
    })
    await kms.putKeyPolicy({ KeyId, Policy: JSON.stringify(policy) })
    await refused(kms.decrypt({ CiphertextBlob }), 'AccessDeniedException')
    const other = await recipient(2)
    await refused(kms.decrypt({ CiphertextBlob, Recipient: other }), 'AccessDeniedException')
    const own = await recipient()
    const answer = await kms.decrypt({ CiphertextBlob, Recipient: own })
    assert.equal(opened(answer.CiphertextForRecipient).toString(), 'for one image')
    const AttestationDocument = own.AttestationDocument.slice()
    AttestationDocument.set(
      [(AttestationDocument.at(-1) as number) ^ 1],
      AttestationDocument.length - 1,
    )
    const forged = { KeyEncryptionAlgorithm, AttestationDocument } as const
    const call = kms.decrypt({ CiphertextBlob, Recipient: forged })
    await refused(call, 'ValidationException', /the signature is not valid/)
  }),
)

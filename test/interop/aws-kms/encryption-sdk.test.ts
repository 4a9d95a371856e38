// The AWS Encryption SDK for JavaScript with its keys in a started keeper.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import {
  AlgorithmSuiteIdentifier,
  AwsKmsMrkAwareSymmetricKeyringNode,
  buildClient,
  CommitmentPolicy,
  getLocalCryptographicMaterialsCache,
  KmsKeyringNode,
  type KmsKeyringNodeInput,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node'
import type { KMS } from '@aws-sdk/client-kms'
import { temporaryFolder } from '../../fault/support/temporary-folder.ts'
import { AwsKeeper } from './aws-keeper.ts'
import { proves, type Seen } from './proves.ts'

const keeper = await AwsKeeper.start()
const { encrypt, decrypt, encryptStream, decryptStream } = buildClient(
  CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
)
const CONTEXT = { purpose: 'interop', file: 'plan' }
const COMMITTED =
  AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY_ECDSA_P384

async function newArn(seen: Seen, input: { readonly MultiRegion?: boolean } = {}): Promise<string> {
  const { KeyMetadata } = await keeper.sdk(seen).createKey(input)
  assert.ok(KeyMetadata?.Arn)
  return KeyMetadata.Arn
}

type Clients = Extract<KmsKeyringNodeInput['clientProvider'], object>
type Client = Exclude<ReturnType<Clients>, false>

/** The same client; the two SDKs differ in what an absent member is (`exactOptionalPropertyTypes`). */
const asClient = (kms: KMS): Client => kms as unknown as Client

/** Where the Encryption SDK finds its clients: one a region, all of them in the keeper. */
const clients =
  (seen: Seen): Clients =>
  (region) =>
    asClient(keeper.sdk(seen, { region }))

const keyring = (seen: Seen, generatorKeyId: string, ...keyIds: string[]) =>
  new KmsKeyringNode({ clientProvider: clients(seen), generatorKeyId, keyIds })

const reader = (seen: Seen, ...keyIds: string[]) =>
  new KmsKeyringNode({ clientProvider: clients(seen), keyIds })

const digest = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex')

test(
  'a file under a generator and a child key opens by either, committed to its key',
  proves('GenerateDataKey Encrypt Decrypt', async (seen, t) => {
    const folder = temporaryFolder(t)
    const [plan, sealed, copy] = ['plan', 'sealed', 'copy'].map((name) => join(folder, name))
    assert.ok(plan !== undefined && sealed !== undefined && copy !== undefined)
    writeFileSync(plan, randomBytes(3_000_000))
    const [generator, child] = [await newArn(seen), await newArn(seen)]
    const written = encryptStream(keyring(seen, generator, child), {
      encryptionContext: CONTEXT,
      suiteId: COMMITTED,
    })
    await pipeline(createReadStream(plan), written, createWriteStream(sealed))
    assert.notEqual(digest(sealed), digest(plan))
    for (const keys of [
      keyring(seen, generator, child),
      reader(seen, generator),
      // Only the second key: the first is never asked.
      reader(seen, child),
    ]) {
      const opening = decryptStream(keys)
      const header = new Promise<{ suiteId: number; context: Record<string, string> }>((found) =>
        opening.once('MessageHeader', ({ suiteId, encryptionContext }) =>
          found({ suiteId, context: encryptionContext }),
        ),
      )
      await pipeline(createReadStream(sealed), opening, createWriteStream(copy))
      assert.equal(digest(copy), digest(plan))
      const { suiteId, context } = await header
      assert.equal(suiteId, COMMITTED)
      assert.equal(context['file'], 'plan')
    }
    const stranger = reader(seen, await newArn(seen))
    await assert.rejects(decrypt(stranger, readFileSync(sealed)))
  }),
)

test(
  'a file outlives two rotations, and does not open under a disabled key',
  proves('RotateKeyOnDemand DisableKey EnableKey DisabledException Decrypt', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newArn(seen)
    const keys = keyring(seen, KeyId)
    const plan = randomBytes(100_000)
    const first = await encrypt(keys, plan, { encryptionContext: CONTEXT })
    const opens = async (data: Uint8Array): Promise<void> => {
      const { plaintext, messageHeader } = await decrypt(keys, data)
      assert.deepEqual(Buffer.from(plaintext), plan)
      assert.equal(messageHeader.encryptionContext['purpose'], 'interop')
    }
    await kms.rotateKeyOnDemand({ KeyId })
    const second = await encrypt(keys, plan, { encryptionContext: CONTEXT })
    await kms.rotateKeyOnDemand({ KeyId })
    const third = await encrypt(keys, plan, { encryptionContext: CONTEXT })
    for (const { result } of [first, second, third]) await opens(result)
    await kms.disableKey({ KeyId })
    await assert.rejects(decrypt(keys, first.result), /DisabledException|disabled/)
    await assert.rejects(encrypt(keys, plan), /disabled/)
    await kms.enableKey({ KeyId })
    await opens(first.result)
  }),
)

test(
  'a changed message or another context does not open',
  proves('Decrypt', async (seen) => {
    const keys = keyring(seen, await newArn(seen))
    const { result } = await encrypt(keys, 'attack at dawn', { encryptionContext: CONTEXT })
    await decrypt(keys, result)
    // Near the end: the body and its signature; in the front: the header, the context, the data key.
    for (const at of [20, 60, 200, result.length - 120, result.length - 2]) {
      const changed = Buffer.from(result)
      changed[at] = (changed[at] ?? 0) ^ 1
      await assert.rejects(decrypt(keys, changed), `byte ${at}`)
    }
  }),
)

test(
  'cached materials ask the keeper once for many messages',
  proves('GenerateDataKey', async (seen) => {
    let asked = 0
    const arn = await newArn(seen)
    const clientProvider = (region: string) => {
      const kms = keeper.sdk(seen, { region })
      kms.middlewareStack.add(
        (next) => async (args) => {
          asked++
          return next(args)
        },
        { step: 'initialize', name: 'count' },
      )
      return asClient(kms)
    }
    const cache = getLocalCryptographicMaterialsCache(100)
    const manager = new NodeCachingMaterialsManager({
      backingMaterials: new KmsKeyringNode({ clientProvider, generatorKeyId: arn }),
      cache,
      maxAge: 60_000,
      maxMessagesEncrypted: 100,
      partition: 'interop',
    })
    const messages = []
    for (let at = 0; at < 20; at++) {
      // Caching knows the length in advance, so that the bytes under one data key stay bounded.
      const plan = `message ${at}`
      const { result } = await encrypt(manager, plan, {
        encryptionContext: CONTEXT,
        plaintextLength: plan.length,
      })
      messages.push(result)
    }
    assert.equal(asked, 1)
    for (const [at, message] of messages.entries()) {
      const { plaintext } = await decrypt(manager, message)
      assert.equal(plaintext.toString(), `message ${at}`)
    }
    assert.ok(asked <= 2, String(asked))
  }),
)

test(
  'a message of one region opens in another by its multi-Region key',
  proves('ReplicateKey GenerateDataKey Decrypt', async (seen) => {
    const arn = await newArn(seen, { MultiRegion: true })
    await keeper.sdk(seen).replicateKey({ KeyId: arn, ReplicaRegion: 'eu-west-1' })
    const here = keyring(seen, arn)
    const { result } = await encrypt(here, 'attack at dawn', { encryptionContext: CONTEXT })
    const there = new AwsKmsMrkAwareSymmetricKeyringNode({
      client: asClient(keeper.sdk(seen, { region: 'eu-west-1' })),
      keyId: arn.replace('us-east-1', 'eu-west-1'),
    })
    const { plaintext } = await decrypt(there, result)
    assert.equal(plaintext.toString(), 'attack at dawn')
  }),
)

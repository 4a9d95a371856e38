import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeCiphertext } from '@claviger/envelope'
import { base64, bytesOf, makeAwsWorld } from './aws-world.ts'
import { keyOf } from './crypto-keys.ts'

const plaintexts = fc.uint8Array({ minLength: 1, maxLength: 4_096 })
const texts = fc.string({ unit: 'grapheme', maxLength: 40 })
const contexts = fc.dictionary(texts, texts, { maxKeys: 8, noNullPrototype: true })

test('any plaintext under any context comes back under that context, and under no other', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  await fc.assert(
    fc.asyncProperty(plaintexts, contexts, contexts, async (bytes, context, other) => {
      const ask = { KeyId, Plaintext: base64(bytes), EncryptionContext: context }
      const sealed = await world.call('Encrypt', ask)
      const { CiphertextBlob } = sealed
      const opened = await world.call('Decrypt', { CiphertextBlob, EncryptionContext: context })
      assert.deepEqual(bytesOf(opened, 'Plaintext'), Buffer.from(bytes))
      assert.equal(decodeCiphertext(bytesOf(sealed, 'CiphertextBlob')).key, KeyId)
      if (sorted(context) === sorted(other)) return
      const wrong = { CiphertextBlob, EncryptionContext: other }
      await world.refused('InvalidCiphertextException', 'Decrypt', wrong)
    }),
    { numRuns: 150 },
  )
})

const sorted = (context: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)))

test('no single changed byte of a blob is read, and no cut of it', async () => {
  const world = makeAwsWorld()
  const KeyId = await keyOf(world)
  const sealed = await world.call('Encrypt', { KeyId, Plaintext: base64('short') })
  const blob = bytesOf(sealed, 'CiphertextBlob')
  for (let index = 0; index < blob.length; index++) {
    const changed = Buffer.from(blob)
    changed[index] = (changed[index] as number) ^ 0x80
    await world.refused('InvalidCiphertextException', 'Decrypt', refusable(changed, KeyId)).catch(
      // The key's own id in it, changed, names another key.
      () => world.refused('IncorrectKeyException', 'Decrypt', refusable(changed, KeyId)),
    )
    if (index === 0) continue
    const cut = blob.subarray(0, index)
    await world.refused('InvalidCiphertextException', 'Decrypt', refusable(cut, KeyId))
  }
})

const refusable = (blob: Uint8Array, KeyId: string) => ({ CiphertextBlob: base64(blob), KeyId })

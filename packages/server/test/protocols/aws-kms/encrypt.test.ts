import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { createKey } from '@claviger/core'
import { type AwsWorld, base64, bytesOf, makeAwsWorld, textOf } from './aws-world.ts'

/** A key made by another door, by its id. */
export async function keyOf(world: AwsWorld, spec: string, purpose?: string): Promise<string> {
  const name = `key-${Math.random().toString(36).slice(2)}`
  const made = await world.run(createKey, { name, spec, ...(purpose && { purpose }) })
  return made.key.id
}

test('what Encrypt makes, Decrypt reads without being told the key', async () => {
  const world = makeAwsWorld()
  const id = await keyOf(world, 'aes-256')
  const sealed = await world.call('Encrypt', { KeyId: id, Plaintext: base64('attack at dawn') })
  assert.equal(textOf(sealed, 'KeyId'), `arn:aws:kms:eu-central-1:111122223333:key/${id}`)
  assert.equal(sealed['EncryptionAlgorithm'], 'SYMMETRIC_DEFAULT')
  const opened = await world.call('Decrypt', { CiphertextBlob: sealed['CiphertextBlob'] })
  assert.equal(bytesOf(opened, 'Plaintext').toString(), 'attack at dawn')
  assert.match(textOf(opened, 'KeyMaterialId'), /^[0-9a-f]{64}$/)
})

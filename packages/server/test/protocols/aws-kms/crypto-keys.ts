import { randomBytes } from 'node:crypto'
import { createKey } from '@claviger/core'
import {
  coreRequestOf,
  type AwsKeySpec,
  type KeyUsage,
} from '../../../src/protocols/aws-kms/key-spec.ts'
import { type AwsWorld, bytesOf, HOME, type Output } from './aws-world.ts'

/** A key as CreateKey would ask the domain for it; its id. */
export async function keyOf(
  world: AwsWorld,
  keySpec: AwsKeySpec = 'SYMMETRIC_DEFAULT',
  usage: KeyUsage = 'ENCRYPT_DECRYPT',
): Promise<string> {
  const name = `key-${randomBytes(8).toString('hex')}`
  const { key } = await world.run(createKey, { name, ...coreRequestOf(keySpec, usage) })
  return key.id
}

export const arnOf = (id: string, region = HOME): string =>
  `arn:aws:kms:${region}:111122223333:key/${id}`

/** The SubjectPublicKeyInfo that GetPublicKey gives. */
export async function publicKeyOf(world: AwsWorld, id: string): Promise<Buffer> {
  const output: Output = await world.call('GetPublicKey', { KeyId: id })
  return bytesOf(output, 'PublicKey')
}

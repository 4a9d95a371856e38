import { type EncryptionContext, type Key, type Mechanism, specFacts } from '@claviger/core'
import { validation } from './error.ts'
import { awsWordsOf, ENCRYPTION_ALGORITHMS } from './key-spec.ts'

export type EncryptionName = keyof typeof ENCRYPTION_ALGORITHMS
export const ENCRYPTION_NAMES = Object.keys(ENCRYPTION_ALGORITHMS) as readonly EncryptionName[]

export function encryptionMechanism(algorithm: EncryptionName): Mechanism {
  return ENCRYPTION_ALGORITHMS[algorithm]
}

/** RFC 8017 §7.1.1: the modulus less two hashes and two bytes. */
const OAEP_OVERHEAD: Readonly<Record<Exclude<EncryptionName, 'SYMMETRIC_DEFAULT'>, number>> = {
  RSAES_OAEP_SHA_1: 2 * 20 + 2,
  RSAES_OAEP_SHA_256: 2 * 32 + 2,
}

/** What an RSA key can take: as much as its modulus has room for, and no encryption context. */
export function assertFits(
  algorithm: EncryptionName,
  key: Key,
  plaintextBytes: number,
  context: EncryptionContext | undefined,
): void {
  if (algorithm === 'SYMMETRIC_DEFAULT') return
  assertNoContext(algorithm, context)
  const bytesMax = specFacts(key.spec).bits / 8 - OAEP_OVERHEAD[algorithm]
  if (plaintextBytes <= bytesMax) return
  throw validation(
    `Algorithm ${algorithm} and key spec ${awsWordsOf(key)?.keySpec} cannot encrypt data larger than ${bytesMax} bytes.`,
  )
}

/** API reference, Encrypt: the context belongs to symmetric encryption alone. */
export function assertNoContext(
  algorithm: EncryptionName,
  context: EncryptionContext | undefined,
): void {
  if (algorithm === 'SYMMETRIC_DEFAULT' || context === undefined) return
  throw validation(`EncryptionContext is not supported with algorithm ${algorithm}.`)
}

import { decodeHex, encodeHex, type SecretBytes } from '@claviger/bytes'
import { KeeperError } from '@claviger/core'
import { argon2id, randomBytes } from '@claviger/crypto'
import type { LockedBytes, LockedMemory } from '../../custody/software/locked-memory.ts'
import type { PassphraseParameters } from '../seal-record.ts'

const SALT_BYTES = 16
const KEY_BYTES = 32
/** SP 800-63B-4 §3.1.1.2: a password that is the only factor has at least 15 characters. */
const PASSPHRASE_BYTES_MIN = 15
const PASSPHRASE_BYTES_MAX = 1024

/** RFC 9106 §4, second recommended option; a fresh salt for each seal. */
export function newPassphraseParameters(): PassphraseParameters {
  const salt = encodeHex(randomBytes(SALT_BYTES))
  return { salt, memoryKiB: 64 * 1024, passes: 3, parallelism: 4 }
}

export function assertNewPassphrase(passphrase: SecretBytes): void {
  if (passphrase.length < PASSPHRASE_BYTES_MIN) {
    throw new KeeperError(
      'invalid-input',
      `a passphrase has at least ${PASSPHRASE_BYTES_MIN} characters; several words are best`,
    )
  }
  if (passphrase.length > PASSPHRASE_BYTES_MAX) {
    throw new KeeperError('too-large', `a passphrase has at most ${PASSPHRASE_BYTES_MAX} bytes`)
  }
}

/** Argon2id (RFC 9106) of the passphrase, in locked memory. */
export async function derivePassphraseKey(
  parameters: PassphraseParameters,
  passphrase: SecretBytes,
  memory: LockedMemory,
): Promise<LockedBytes> {
  if (passphrase.length > PASSPHRASE_BYTES_MAX) {
    throw new KeeperError('too-large', `a passphrase has at most ${PASSPHRASE_BYTES_MAX} bytes`)
  }
  const { memoryKiB, passes, parallelism } = parameters
  const key = await argon2id(passphrase.exposeBytes(), decodeHex(parameters.salt), {
    memoryKiB,
    passes,
    parallelism,
    lengthBytes: KEY_BYTES,
  })
  return memory.take(key)
}

import { canonicalJson } from '@claviger/bytes'
import { KeeperError } from './error.ts'

/** Public facts a ciphertext is bound to; the same ones must be given to decrypt it. */
export type EncryptionContext = Readonly<Record<string, string>>

const PAIRS_MAX = 64
const BYTES_MAX = 8_192
const encoder = new TextEncoder()

/**
 * The additional data of an AEAD for a context: its canonical JSON in UTF-8, and nothing at all for an
 * empty one. Every protocol uses this, so that what one encrypts another decrypts.
 *
 * @param pairsMax for protocols that bound a context by its bytes alone
 */
export function contextToAad(
  context: EncryptionContext,
  pairsMax = PAIRS_MAX,
): Uint8Array | undefined {
  const pairs = Object.keys(context).length
  if (pairs === 0) return undefined
  if (pairs > pairsMax) throw new KeeperError('too-large', `at most ${pairsMax} pairs of context`)
  const aad = encoder.encode(canonicalJson(context))
  if (aad.length > BYTES_MAX)
    throw new KeeperError('too-large', `at most ${BYTES_MAX} bytes of context`)
  return aad
}

import { BytesError, ByteReader, concat } from '@claviger/bytes'
import { authenticationFailed } from '@claviger/core'
import type { ProxySealed } from './proxy-answer.ts'

/*
 * The ciphertext of a key that is kept behind a proxy; its IV is that of the inner encryption:
 *
 *   0x01 || u8 length || IV of the proxy || u8 length || metadata || ciphertext of the proxy || tag(16)
 */
const FORMAT = 1
const TAG_BYTES = 16
const IV_BYTES_MAX = 16
const METADATA_BYTES_MAX = 20

export function encodeSealedFrame({ iv, metadata, ciphertext, tag }: ProxySealed): Uint8Array {
  const head = Uint8Array.of(FORMAT, iv.length)
  return concat(head, iv, Uint8Array.of(metadata.length), metadata, ciphertext, tag)
}

/** Nothing is said of why: it looks like any other ciphertext that does not open. */
export function decodeSealedFrame(bytes: Uint8Array): ProxySealed {
  try {
    const reader = new ByteReader(bytes)
    if (reader.u8() !== FORMAT) throw authenticationFailed()
    const iv = reader.vector(1, IV_BYTES_MAX)
    const metadata = reader.vector(1, METADATA_BYTES_MAX)
    const sealed = reader.rest()
    const split = sealed.length - TAG_BYTES
    if (split < 0) throw authenticationFailed()
    return { iv, metadata, ciphertext: sealed.subarray(0, split), tag: sealed.subarray(split) }
  } catch (error) {
    throw error instanceof BytesError ? authenticationFailed(error) : error
  }
}

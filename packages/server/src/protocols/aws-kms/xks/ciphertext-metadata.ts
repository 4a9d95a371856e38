import { concat } from '@claviger/bytes'
import { XksError } from './xks-error.ts'

/*
 * What a proxy may have KMS keep with a ciphertext, 20 bytes at most, and what is authenticated with it:
 *
 *   ciphertextMetadata  0x01 || u32 version of the key, big endian
 *   AAD of the cipher   u16 length || additionalAuthenticatedData || u8 length || ciphertextMetadata
 *
 * The version is there so that ciphertexts outlive rotations. The lengths are the specification's: without them
 * metadata could be passed off as the caller's own data.
 */
const FORMAT = 1
const METADATA_BYTES = 5

export function encodeCiphertextMetadata(version: number): Uint8Array {
  const bytes = new Uint8Array(METADATA_BYTES)
  bytes[0] = FORMAT
  new DataView(bytes.buffer).setUint32(1, version)
  return bytes
}

/** The version of the key; what was not written here belongs to no ciphertext of ours. */
export function decodeCiphertextMetadata(bytes: Uint8Array): number {
  const version =
    bytes.length === METADATA_BYTES && bytes[0] === FORMAT
      ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(1)
      : 0
  if (version !== 0) return version
  throw new XksError('InvalidCiphertextException', 'the ciphertextMetadata is not of this proxy')
}

export function cipherAad(aad: Uint8Array, metadata: Uint8Array): Uint8Array {
  const lengths = Uint8Array.of(aad.length >> 8, aad.length & 0xff)
  return concat(lengths, aad, Uint8Array.of(metadata.length), metadata)
}

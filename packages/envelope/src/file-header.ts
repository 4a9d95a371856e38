import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import { type CiphertextEnvelope, decodeCiphertext, encodeCiphertext } from './ciphertext.ts'
import { EnvelopeError } from './error.ts'
import { withEnvelopeErrors } from './parse.ts'

const MAGIC = encodeUtf8('claviger-file/1\n')
const AEAD_BYTES_MAX = 32
const DATA_KEY_BYTES_MAX = 8192
/** Reading this many bytes is enough to decode any header. */
export const FILE_HEADER_BYTES_MAX = MAGIC.length + 1 + AEAD_BYTES_MAX + 2 + DATA_KEY_BYTES_MAX
const AEADS = ['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AEAD_CHACHA20_POLY1305'] as const
/** Names of the IANA AEAD registry, as c2sp.org/chunked-encryption spells them into its derivation. */
export type FileAead = (typeof AEADS)[number]

/** What stands before the c2sp.org/chunked-encryption message of an encrypted file. */
export interface FileHeader {
  readonly aead: FileAead
  /** The input key of the message, wrapped by the keeper. */
  readonly dataKey: CiphertextEnvelope
}

/**
 * `"claviger-file/1\n" || length(1) || AEAD name || length(2) || data-key envelope`. The whole header is
 * the context of the chunked encryption that follows, so that a changed header does not decrypt.
 */
export function encodeFileHeader(header: FileHeader): Uint8Array {
  if (header.dataKey.kind !== 'data-key') {
    throw new EnvelopeError('malformed', 'a file header carries a data key')
  }
  return withEnvelopeErrors('file header', () =>
    new ByteWriter(FILE_HEADER_BYTES_MAX)
      .bytes(MAGIC)
      .vector(1, encodeUtf8(header.aead), AEAD_BYTES_MAX)
      .vector(2, encodeCiphertext(header.dataKey), DATA_KEY_BYTES_MAX)
      .finish(),
  )
}

/**
 * Reads the header at the start of `bytes`, which may go on: `length` is where the message begins. The
 * byte strings of the result are views into `bytes`.
 */
export function decodeFileHeader(bytes: Uint8Array): { header: FileHeader; length: number } {
  return withEnvelopeErrors('file header', () => {
    const reader = new ByteReader(bytes)
    const magic = reader.bytes(MAGIC.length)
    if (magic.some((byte, index) => byte !== MAGIC[index])) {
      throw new EnvelopeError('unknown-format', 'this is not a file that claviger encrypted')
    }
    const name = decodeUtf8(reader.vector(1, AEAD_BYTES_MAX))
    const aead = AEADS.find((known) => known === name)
    if (aead === undefined) {
      throw new EnvelopeError(
        'unknown-mechanism',
        'the file is encrypted by an AEAD not known here',
      )
    }
    const dataKey = decodeCiphertext(reader.vector(2, DATA_KEY_BYTES_MAX))
    if (dataKey.kind !== 'data-key') {
      throw new EnvelopeError('malformed', 'a file header carries a data key')
    }
    return { header: { aead, dataKey }, length: reader.offset }
  })
}

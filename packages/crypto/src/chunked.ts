// Chunked encryption, c2sp.org/chunked-encryption: messages of up to 4 PiB, encrypted and decrypted as they
// flow. The AEAD is AES-128-GCM or AES-256-GCM after the input key's length; the hash is SHA-256 unless told.
//
//   ciphertext = salt(24) || commitment(32) || chunk...
//   chunk      = AES-GCM of 16 KiB of message, the last one shorter, perhaps empty: `encrypted || tag(16)`
//   key || base nonce(12) || commitment(32)
//              = HKDF-Expand(input key, "c2sp.org/chunked-encryption@v1+" || aead || 0x00 || salt || context)
//   nonce      = base nonce XOR chunk number, big-endian
import { ByteReader, concat, constantTimeEqual, copy, encodeUtf8 } from '@claviger/bytes'
import { authenticationFailed, invalidInput, invalidKey } from './error.ts'
import { openAead, sealAead } from './primitive/aead.ts'
import { hkdfExpand } from './primitive/derive.ts'
import { randomBytes } from './random.ts'
import { assertSelfTested } from './self-test/state.ts'

export type ChunkedHash = 'sha256' | 'sha512'

export type ChunkedOptions = {
  /** Bound into the keys; decryption must be given the same. */
  readonly context?: Uint8Array
  readonly hash?: ChunkedHash
}

/** Bytes as they arrive, in pieces of any size. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const CHUNK_BYTES = 16 * 1024
const TAG_BYTES = 16
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
const SALT_BYTES = 24
const COMMITMENT_BYTES = 32
const NONCE_BYTES = 12
const COUNTER_BYTES = 5
const CHUNKS_MAX = 2 ** 38

/** How long the header is, and so where the first chunk begins. */
export const CHUNKED_HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES

/** How long the ciphertext of `messageBytes` bytes is. */
export function chunkedCiphertextBytes(messageBytes: number): number {
  const chunks = Math.floor(messageBytes / CHUNK_BYTES) + 1
  return CHUNKED_HEADER_BYTES + messageBytes + chunks * TAG_BYTES
}

/**
 * Encrypts `source` piece by piece. `inputKey` is 16 or 32 uniformly random bytes, used for any number of
 * messages; each gets a fresh salt.
 */
export async function* encryptChunked(
  inputKey: Uint8Array,
  source: ByteSource,
  options: ChunkedOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const salt = randomBytes(SALT_BYTES)
  const keys = deriveKeys(inputKey, salt, options)
  try {
    yield concat(salt, keys.commitment)
    let number = 0
    for await (const chunk of cut(source, CHUNK_BYTES)) {
      yield sealAead('gcm', keys.key, nonceOf(keys.baseNonce, number++), chunk, {})
    }
  } finally {
    keys.key.fill(0)
  }
}

/**
 * Decrypts `source` piece by piece. Every piece that comes out is authentic and in its place, but only a
 * normal end says that the message is whole: on an error, what came before it is a prefix of the message and
 * must be thrown away.
 */
export async function* decryptChunked(
  inputKey: Uint8Array,
  source: ByteSource,
  options: ChunkedOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = new PieceReader(source)
  const header = await pieces.take(CHUNKED_HEADER_BYTES)
  if (header.length !== CHUNKED_HEADER_BYTES) throw authenticationFailed()
  const keys = deriveKeys(inputKey, header.subarray(0, SALT_BYTES), options)
  try {
    if (!constantTimeEqual(keys.commitment, header.subarray(SALT_BYTES)))
      throw authenticationFailed()
    for (let number = 0; ; number++) {
      const sealed = await pieces.take(SEALED_CHUNK_BYTES)
      const plaintext = openAead('gcm', keys.key, nonceOf(keys.baseNonce, number), sealed, {})
      if (plaintext.length > 0) yield plaintext
      // The first chunk that is not full is the last; a message that ends on a full one was cut off.
      if (sealed.length < SEALED_CHUNK_BYTES) return
    }
  } finally {
    keys.key.fill(0)
    await pieces.close()
  }
}

type ChunkedKeys = {
  readonly key: Uint8Array
  readonly baseNonce: Uint8Array
  readonly commitment: Uint8Array
}

function deriveKeys(inputKey: Uint8Array, salt: Uint8Array, options: ChunkedOptions): ChunkedKeys {
  assertSelfTested('aes-gcm')
  const { hash = 'sha256', context = new Uint8Array() } = options
  assertSelfTested(`hkdf-${hash}`)
  const keyBytes = inputKey.length
  if (keyBytes !== 16 && keyBytes !== 32) throw invalidKey('input key is not 16 or 32 bytes')
  const name = `c2sp.org/chunked-encryption@v1+AEAD_AES_${keyBytes * 8}_GCM\0`
  const info = concat(encodeUtf8(name), salt, context)
  const derived = hkdfExpand(hash, inputKey, info, keyBytes + NONCE_BYTES + COMMITMENT_BYTES)
  const reader = new ByteReader(derived)
  return {
    key: reader.bytes(keyBytes),
    baseNonce: reader.bytes(NONCE_BYTES),
    commitment: reader.bytes(COMMITMENT_BYTES),
  }
}

function nonceOf(baseNonce: Uint8Array, number: number): Uint8Array {
  if (number >= CHUNKS_MAX) throw invalidInput('message is over 4 PiB')
  const nonce = copy(baseNonce)
  let rest = number
  for (let index = NONCE_BYTES - 1; index >= NONCE_BYTES - COUNTER_BYTES; index--) {
    nonce[index] = (nonce[index] as number) ^ (rest % 0x100)
    rest = Math.floor(rest / 0x100)
  }
  return nonce
}

/** The source in chunks of `size` bytes and one last, shorter, perhaps empty. */
async function* cut(source: ByteSource, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = new PieceReader(source)
  try {
    for (;;) {
      const chunk = await pieces.take(size)
      yield chunk
      if (chunk.length < size) return
    }
  } finally {
    await pieces.close()
  }
}

/** Gives a source's bytes out in the sizes asked for, holding no more than one piece of it. */
class PieceReader {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array()

  constructor(source: ByteSource) {
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  }

  /** `size` bytes, or fewer where the source ends, in an array of their own. */
  async take(size: number): Promise<Uint8Array> {
    const taken = new Uint8Array(size)
    let length = 0
    while (length < size) {
      if (this.#piece.length === 0) {
        const next = await this.#iterator.next()
        if (next.done === true) break
        this.#piece = next.value
        continue
      }
      const part = this.#piece.subarray(0, size - length)
      taken.set(part, length)
      length += part.length
      this.#piece = this.#piece.subarray(part.length)
    }
    return taken.subarray(0, length)
  }

  /** Lets the source release what it holds when reading stops early. */
  async close(): Promise<void> {
    await this.#iterator.return?.()
  }
}

import { concat } from '@claviger/bytes'
import type { ClavigerClient, DataCallOptions } from '@claviger/client'
import { decryptChunked, encryptChunked } from '@claviger/crypto'
import {
  decodeCiphertextText,
  decodeFileHeader,
  encodeCiphertextText,
  encodeFileHeader,
  EnvelopeError,
  FILE_HEADER_BYTES_MAX,
  type FileAead,
  type FileHeader,
} from '@claviger/envelope'
import { CliError } from '../cli-error.ts'

/*
 * docs/spec/encrypted-file.md: a header that carries a data key wrapped by the keeper, then the message in
 * c2sp.org/chunked-encryption under that data key, with the header as its context.
 */

export interface KeyUse {
  /** Id or name. */
  readonly key: string
  readonly context?: Readonly<Record<string, string>> | undefined
  readonly mechanism?: string | undefined
}

const DATA_KEY_BYTES = 32
const KEY_BYTES: Readonly<Partial<Record<FileAead, number>>> = {
  AEAD_AES_256_GCM: 32,
  AEAD_AES_128_GCM: 16,
}
export const FILE_MAGIC = 'claviger-file/1\n'

/** Asks the keeper for a data key and encrypts under it as the data flows. */
export async function startEncryption(
  client: ClavigerClient,
  { key, context, mechanism }: KeyUse,
): Promise<{
  readonly header: FileHeader
  readonly entry: number
  readonly encrypt: (
    source: AsyncIterable<Uint8Array>,
  ) => AsyncGenerator<Uint8Array, void, undefined>
}> {
  const answer = await client.generateDataKey(key, {
    lengthBytes: DATA_KEY_BYTES,
    context,
    mechanism,
  })
  const { plaintext, entry } = answer
  if (plaintext?.length !== DATA_KEY_BYTES) {
    throw new CliError('failure', 'the keeper gave no data key')
  }
  const header: FileHeader = {
    aead: 'AEAD_AES_256_GCM',
    dataKey: decodeCiphertextText(answer.ciphertext),
  }
  return { header, entry, encrypt: (source) => encryptUnder(plaintext, header, source) }
}

async function* encryptUnder(
  dataKey: Uint8Array,
  header: FileHeader,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const context = encodeFileHeader(header)
  try {
    yield context
    yield* encryptChunked(dataKey, source, { context })
  } finally {
    dataKey.fill(0)
  }
}

export interface OpenedFile {
  readonly header: FileHeader
  /** Verified plaintext as it comes; only its normal end says that the file is whole. */
  readonly plaintext: AsyncGenerator<Uint8Array, void, undefined>
}

/** Has the keeper open the data key of a file whose header has been read. */
export async function startDecryption(
  client: ClavigerClient,
  file: StartedFile,
  use: {
    readonly key?: string | undefined
    readonly context?: KeyUse['context']
  } & DataCallOptions,
): Promise<OpenedFile> {
  const { header, headerBytes, message } = file
  const { context, acknowledgeRisk } = use
  const keyBytes = KEY_BYTES[header.aead]
  if (keyBytes === undefined) {
    throw new CliError(
      'failure',
      `the file is encrypted by ${header.aead}, which is not supported here`,
    )
  }
  const { plaintext } = await client.decrypt(
    use.key ?? header.dataKey.key,
    { ciphertext: encodeCiphertextText(header.dataKey), context },
    { acknowledgeRisk },
  )
  // The AEAD follows from the length of the key, so a key of another length is one of another AEAD.
  if (plaintext.length !== keyBytes) throw notVerified()
  return { header, plaintext: decryptUnder(plaintext, headerBytes, message) }
}

async function* decryptUnder(
  dataKey: Uint8Array,
  context: Uint8Array,
  message: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* decryptChunked(dataKey, message, { context })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'authentication-failed') {
      throw notVerified()
    }
    throw error
  } finally {
    dataKey.fill(0)
  }
}

function notVerified(): CliError {
  return new CliError(
    'verification-failed',
    'the file was changed, cut off or added to, and does not verify',
  )
}

/** A source whose beginning has been looked at. */
export interface Peeked {
  readonly head: Uint8Array
  /** All of it, the head included. */
  readonly whole: AsyncIterable<Uint8Array>
}

/** Reads on until the head could hold any header; the source can still be read from its beginning. */
export async function peek(source: AsyncIterable<Uint8Array>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  let length = 0
  let ended = false
  while (length < FILE_HEADER_BYTES_MAX) {
    const next = await iterator.next()
    if (next.done === true) {
      ended = true
      break
    }
    pieces.push(next.value)
    length += next.value.length
  }
  const head = concat(...pieces)
  return { head, whole: chain(head, ended ? undefined : iterator) }
}

async function* chain(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head
    while (rest !== undefined) {
      const next = await rest.next()
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await rest?.return?.()
  }
}

export interface StartedFile {
  readonly header: FileHeader
  readonly headerBytes: Uint8Array
  readonly message: AsyncIterable<Uint8Array>
}

export function startsAsFile(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, FILE_MAGIC.length)).toString('latin1') === FILE_MAGIC
}

/** Splits a source into its header and its message. */
export function splitFile({ head, whole }: Peeked): StartedFile {
  const { header, length } = readHeader(head)
  return { header, headerBytes: head.slice(0, length), message: skip(whole, length) }
}

/** What begins as one of our files and goes on wrong was changed or cut off. */
function readHeader(head: Uint8Array): ReturnType<typeof decodeFileHeader> {
  try {
    return decodeFileHeader(head)
  } catch (error) {
    if (!(error instanceof EnvelopeError) || error.code !== 'malformed') throw error
    const message = "the file's header was changed or cut off, and does not verify"
    throw new CliError('verification-failed', message, { cause: error })
  }
}

async function* skip(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes
  for await (const piece of source) {
    const skipped = Math.min(left, piece.length)
    left -= skipped
    if (skipped < piece.length) yield piece.subarray(skipped)
  }
}

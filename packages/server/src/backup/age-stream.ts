import { ReadableStream } from 'node:stream/web'
import type { Decrypter, Encrypter } from 'age-encryption'
import { BackupError, damaged } from './backup-error.ts'

/**
 * Who can open a backup: recipients (`age1…` by X25519, `age1pq1…` by ML-KEM-768 and X25519), or a passphrase
 * alone, as age has it.
 */
export type Sealing = { readonly recipients: readonly string[] } | { readonly passphrase: string }

export interface Opening {
  /** `AGE-SECRET-KEY-1…` and `AGE-SECRET-KEY-PQ-1…`. */
  readonly identities: readonly string[]
  readonly passphrase?: string | undefined
}

type Bytes = AsyncIterable<Uint8Array>

/** https://age-encryption.org/v1 */
export async function sealAge(sealing: Sealing, plaintext: Bytes): Promise<Bytes> {
  return bytesOf(await (await encrypterOf(sealing)).encrypt(streamOf(plaintext)))
}

/** Throws a BackupError for a recipient that is none. */
export async function assertSealing(sealing: Sealing): Promise<void> {
  await encrypterOf(sealing)
}

async function encrypterOf(sealing: Sealing): Promise<Encrypter> {
  // Not before it is needed: it brings more with it than a start should wait for.
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  if ('passphrase' in sealing) {
    encrypter.setPassphrase(sealing.passphrase)
    return encrypter
  }
  if (sealing.recipients.length === 0) {
    throw new BackupError('bad-recipient', 'a backup without recipients could not be opened')
  }
  for (const recipient of sealing.recipients) {
    try {
      encrypter.addRecipient(recipient)
    } catch (error) {
      const message = `\`${recipient.slice(0, 80)}\` is no recipient of age (age1…)`
      throw new BackupError('bad-recipient', message, { cause: error })
    }
  }
  return encrypter
}

/** Every piece is authenticated; only the normal end says that none is missing. */
export async function* openAge(
  { identities, passphrase }: Opening,
  sealed: Bytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase)
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity)
    } catch {
      // Without its cause: that could quote the secret.
      throw new BackupError(
        'bad-identity',
        'the identity file holds a line that is no age identity',
      )
    }
  }
  let failure: unknown
  const source = watched(sealed, (error) => (failure = error))
  try {
    yield* bytesOf(await decrypter.decrypt(streamOf(source)))
  } catch (error) {
    throw failure ?? asBackupError(error)
  }
}

/** Passes a source on, and tells of its own failure: what the disk refused is not what does not verify. */
async function* watched(
  source: Bytes,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source
  } catch (error) {
    onFailure(error)
    throw error
  }
}

function asBackupError(error: unknown): BackupError {
  if (error instanceof BackupError) return error
  const message = error instanceof Error ? error.message : ''
  if (message.startsWith('no identity matched')) {
    return new BackupError(
      'wrong-recipient',
      'the backup was made for other recipients; give the identity or the passphrase of one of its own',
      { cause: error },
    )
  }
  if (message.startsWith('invalid version')) {
    const text = 'the file is no backup: it does not begin as an age file'
    return new BackupError('not-a-backup', text, { cause: error })
  }
  return damaged('it was changed or cut off', error)
}

// The package names the stream of the browsers' types, which is this one.
type PlainStream = Parameters<Decrypter['decrypt']>[0] & { getReader: unknown }

const streamOf = (source: Bytes): PlainStream =>
  ReadableStream.from(source) as unknown as PlainStream

const bytesOf = (stream: unknown): Bytes => stream as Bytes

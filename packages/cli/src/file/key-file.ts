import type { OpenedKeyFile } from '@claviger/keyfile'
import type { Context } from '../context.ts'
import { readFileInput } from './input.ts'
import { readSecretText } from './secret-input.ts'

export const PASSPHRASE_VARIABLE = 'CLAVIGER_KEY_FILE_PASSPHRASE'

export interface KeyFileSource {
  readonly file: string
  readonly passphraseFile?: string | undefined
  /** Of its keys, where they have another than the file. */
  readonly keyPassphraseFile?: string | undefined
}

/**
 * Opens a key file of another program. A passphrase is asked for only where one is needed; the entries are the
 * caller's to wipe.
 */
export async function openKeyFile(
  context: Context,
  { file, passphraseFile, keyPassphraseFile }: KeyFileSource,
): Promise<OpenedKeyFile> {
  const { decodeKeyFile, FILE_BYTES_MAX, KeyFileError } = await import('@claviger/keyfile')
  const data = await readFileInput(context, file, FILE_BYTES_MAX)
  try {
    const given =
      passphraseFile === undefined
        ? context.environment.env[PASSPHRASE_VARIABLE]
        : await readSecretText(context, { file: passphraseFile, question: '' })
    const keyPassphrase =
      keyPassphraseFile === undefined
        ? undefined
        : await readSecretText(context, { file: keyPassphraseFile, question: '' })
    if (given !== undefined) return decodeKeyFile(data, { passphrase: given, keyPassphrase })
    try {
      return decodeKeyFile(data, { keyPassphrase })
    } catch (error) {
      if (!(error instanceof KeyFileError) || error.code !== 'passphrase-needed') throw error
      // Standard input may be the file itself, and has been read then.
      if (file === '-' && !context.environment.stdin.isTTY) throw error
      const passphrase = await readSecretText(context, { question: `Passphrase of ${file}` })
      return decodeKeyFile(data, { passphrase, keyPassphrase })
    }
  } finally {
    data.fill(0)
  }
}

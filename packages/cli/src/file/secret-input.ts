import { decodeUtf8 } from '@claviger/bytes'
import { usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { openInput, readInput } from './input.ts'

const SECRET_BYTES_MAX = 64 * 1024

export interface SecretSource {
  /** A file that holds it; `-` for standard input. */
  readonly file?: string | undefined
  readonly question: string
}

/** A secret text from a file, from standard input, or asked for unseen; never from the command line. */
export async function readSecretText(context: Context, source: SecretSource): Promise<string> {
  const { stdin, askSecret } = context.environment
  if (source.file === undefined && stdin.isTTY) {
    const text = await askSecret(source.question)
    if (text === '') throw usageError('nothing was entered')
    return text
  }
  const bytes = await readInput(
    openInput(context, source.file),
    SECRET_BYTES_MAX,
    'it cannot be so large',
  )
  const text = decodeUtf8(bytes).replace(/\r?\n$/, '')
  if (text === '') throw usageError('nothing was entered')
  return text
}

/** A new passphrase, asked for twice where a person types it. */
export async function readNewPassphrase(
  context: Context,
  file: string | undefined,
): Promise<string> {
  const passphrase = await readSecretText(context, { file, question: 'New passphrase' })
  if (file === undefined && context.environment.stdin.isTTY) {
    const again = await context.environment.askSecret('The same again')
    if (again !== passphrase) throw usageError('the two passphrases differ')
  }
  return passphrase
}

import type { SealCredential, SealMethod, SealStatus } from '@claviger/client'
import { type Command, Option } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readNewPassphrase, readSecretText } from '../../file/secret-input.ts'
import { collect, parseCount } from '../../options.ts'

/** Where what opens a seal comes from: files, standard input, or a prompt; never the command line. */
export interface CredentialOptions {
  readonly shareFile?: readonly string[]
  readonly passphraseFile?: string
}

export interface MethodOptions {
  readonly kind: SealMethod['kind']
  readonly shares: number
  readonly threshold: number
  readonly newPassphraseFile?: string
}

export function credentialOptions(command: Command): Command {
  return command
    .option('--share-file <file>', 'a file with shares, one a line; may be repeated', collect)
    .option('--passphrase-file <file>', 'a file with the passphrase; `-` for standard input')
}

export function methodOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--kind <kind>', 'how the root key is kept')
        .choices(['shamir', 'passphrase', 'file'])
        .default('shamir'),
    )
    .option('--shares <number>', 'how many shares to make', parseCount, 5)
    .option('--threshold <number>', 'how many of them open the seal', parseCount, 3)
    .option('--new-passphrase-file <file>', 'a file with the new passphrase; absent: asked for')
}

export async function readMethod(context: Context, options: MethodOptions): Promise<SealMethod> {
  const { kind, shares, threshold, newPassphraseFile } = options
  switch (kind) {
    case 'shamir':
      if (threshold < 2 || threshold > shares || shares > 255) {
        throw usageError('the threshold is from 2 to the number of shares, which is at most 255')
      }
      return { kind, shares, threshold }
    case 'passphrase':
      return { kind, passphrase: await readNewPassphrase(context, newPassphraseFile) }
    case 'file':
      return { kind }
  }
}

/** All that opens the present seal, for acts that want it at once. */
export async function readAuthorization(
  context: Context,
  options: CredentialOptions,
  { kind, threshold }: Pick<SealStatus, 'kind' | 'threshold'>,
): Promise<readonly SealCredential[]> {
  if (kind === undefined) return []
  switch (kind) {
    case 'file':
      return []
    case 'shamir': {
      const shares = await readShares(context, options.shareFile, {
        most: threshold ?? 1,
        what: 'Share',
      })
      return shares.map((share) => ({ share }))
    }
    case 'passphrase': {
      const source = { file: options.passphraseFile, question: 'Passphrase' }
      return [{ passphrase: await readSecretText(context, source) }]
    }
  }
}

/** Shares from files or standard input, one a line, or asked for one after the other. */
export async function readShares(
  context: Context,
  files: readonly string[] | undefined,
  ask: { readonly most: number; readonly what: string },
): Promise<readonly string[]> {
  if (files !== undefined) {
    const texts: string[] = []
    for (const file of files) {
      texts.push(await readSecretText(context, { file, question: ask.what }))
    }
    return texts.flatMap(linesOf)
  }
  if (!context.environment.stdin.isTTY) {
    return linesOf(await readSecretText(context, { question: ask.what }))
  }
  const shares: string[] = []
  while (shares.length < ask.most) {
    const question = `${ask.what} ${shares.length + 1} of ${ask.most}`
    shares.push(await readSecretText(context, { question }))
  }
  return shares
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

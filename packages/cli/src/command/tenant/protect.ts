import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readNewPassphrase, readSecretText } from '../../file/secret-input.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printOwnSeal } from './described-tenant.ts'

interface Options {
  readonly change?: boolean
  readonly passphraseFile?: string
  readonly newPassphraseFile?: string
}

export function define(command: Command, context: Context): void {
  command
    .option('--change', 'it has a passphrase already: ask for it too, and replace it')
    .option('--passphrase-file <file>', 'a file with the present passphrase, for --change')
    .option('--new-passphrase-file <file>', 'a file with the new passphrase; absent: asked for')
    .action((options: Options) => protect(context, options))
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nThe tenant is the one you are in. From then on the keeper cannot open its keys by itself: after each\n' +
      'start of the keeper one of you gives the passphrase to `claviger tenant unseal`. Nobody can do without\n' +
      'it: keep it in more than one place.',
  )
  examples(
    command,
    'claviger tenant protect',
    'claviger tenant protect --new-passphrase-file passphrase.txt',
    'claviger tenant protect --change',
  )
}

async function protect(context: Context, options: Options): Promise<void> {
  const { change, passphraseFile: file, newPassphraseFile } = options
  const currentPassphrase =
    change === true || file !== undefined
      ? await readSecretText(context, { file, question: 'Present passphrase' })
      : undefined
  const passphrase = await readNewPassphrase(context, newPassphraseFile)
  const client = await context.client()
  const answer = await client.tenants.protect({ passphrase, currentPassphrase })
  await printOwnSeal(context, answer, 'protected by its own passphrase, and open')
}

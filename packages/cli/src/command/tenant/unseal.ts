import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readSecretText } from '../../file/secret-input.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printOwnSeal } from './described-tenant.ts'

export function define(command: Command, context: Context): void {
  command
    .option('--passphrase-file <file>', 'a file with the passphrase; `-` for standard input')
    .action(async ({ passphraseFile: file }: { readonly passphraseFile?: string }) => {
      const passphrase = await readSecretText(context, { file, question: 'Passphrase' })
      const answer = await (await context.client()).tenants.unseal(passphrase)
      await printOwnSeal(context, answer, 'unsealed')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger tenant unseal',
    'claviger tenant unseal --passphrase-file passphrase.txt',
  )
}

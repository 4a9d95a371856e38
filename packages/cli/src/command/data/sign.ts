import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { openInput } from '../../file/input.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import { connectionOptions, encodingOption, examples, outOption } from '../../options.ts'
import { messageToSign } from './message-to-sign.ts'
import { signingFields, type SigningOptions, signingOptions } from './signing-options.ts'

export const SIGNATURE_SUFFIX = '.sig'

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key')
    .argument('[file]', 'what to sign; standard input if absent or `-`')
  outOption(command, 'the signature; absent: FILE.sig, or standard output; `-` is standard output')
  signingOptions(encodingOption(command)).action(
    async (key: string, file: string | undefined, options: SigningOptions & OutputOptions) => {
      const input = openInput(context, file)
      const client = await context.client()
      const message = await messageToSign(context, client, {
        key,
        input,
        mechanism: options.mechanism,
      })
      const value = await client.sign(key, { ...message, ...signingFields(options) })
      const out =
        options.out ?? (input.path === undefined ? '-' : `${input.name}${SIGNATURE_SUFFIX}`)
      const { out: _asked, ...rest } = options
      await printBytes(context, out === '-' ? rest : { ...rest, out }, {
        value,
        bytes: value.signature,
      })
    },
  )
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nUp to 4 MiB are sent to the keeper. A larger file is hashed here and its digest is signed, where the\n' +
      "key's mechanism signs digests.",
  )
  examples(
    command,
    'claviger sign release app.tar.gz',
    'claviger sign release app.tar.gz -o app.sig --format p1363',
    'printf hello | claviger sign release',
  )
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  outOption,
  versionOption,
} from '../../options.ts'

type Options = OutputOptions & { readonly version?: number; readonly der?: boolean }

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id').option('--der', 'the bytes, rather than PEM')
  versionOption(encodingOption(outOption(command, 'write it into this file'))).action(
    async (key: string, options: Options) => {
      const client = await context.client()
      const { version } = options
      if (options.der === true || context.isJson) {
        const value = await client.keys.publicKey(key, version)
        return printBytes(context, options, { value, bytes: value.publicKey })
      }
      const pem = await client.keys.publicKeyPem(key, version)
      if (options.out === undefined) return context.print(pem, pem.trimEnd())
      return printBytes(context, options, { value: {}, bytes: Buffer.from(pem) })
    },
  )
  connectionOptions(command)
  examples(
    command,
    'claviger key public-key release',
    'claviger key public-key release --der -o release.der',
  )
}

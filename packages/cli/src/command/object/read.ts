import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  outOption,
  riskOption,
} from '../../options.ts'

type Options = OutputOptions & { readonly acknowledgeRisk?: boolean }

export function define(command: Command, context: Context): void {
  command.argument('<object>', 'name or id')
  riskOption(encodingOption(outOption(command, 'write the content into this file'))).action(
    async (object: string, options: Options) => {
      const { acknowledgeRisk } = options
      const client = await context.client()
      const value = await client.objects.read(object, { acknowledgeRisk })
      await printBytes(context, options, { value, bytes: value.content })
      value.content.fill(0)
    },
  )
  connectionOptions(command)
  examples(
    command,
    'claviger object read db-password --encoding raw',
    'claviger object read web -o web.der',
  )
}

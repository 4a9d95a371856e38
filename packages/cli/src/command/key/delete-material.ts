import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, versionOption } from '../../options.ts'
import { printKey } from './described-key.ts'

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id')
  versionOption(command, 'of this version only').action(
    async (key: string, { version }: { readonly version?: number }) => {
      const client = await context.client()
      await printKey(context, await client.keys.deleteMaterial(key, { version }), 'deleted')
    },
  )
  connectionOptions(command)
  examples(command, 'claviger key delete-material payments')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, versionOption } from '../../options.ts'
import { printKey } from './described-key.ts'

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id').option('--reason <text>', 'why, for the history')
  versionOption(command).action(
    async (key: string, options: { readonly version?: number; readonly reason?: string }) => {
      const { version, reason } = options
      const client = await context.client()
      await printKey(context, await client.keys.deactivate(key, { version, reason }), 'deactivated')
    },
  )
  connectionOptions(command)
  examples(command, 'claviger key deactivate payments')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printKey } from './described-key.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .option('--reason <text>', 'why, for the history')
    .action(async (key: string, { reason }: { readonly reason?: string }) => {
      const client = await context.client()
      await printKey(context, await client.keys.resume(key, reason), 'resumed')
    })
  connectionOptions(command)
  examples(command, 'claviger key resume payments')
}

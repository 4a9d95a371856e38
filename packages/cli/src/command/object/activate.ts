import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printObject } from './described-object.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<object>', 'name or id')
    .option('--reason <text>', 'why, for the history')
    .action(async (object: string, { reason }: { readonly reason?: string }) => {
      const client = await context.client()
      await printObject(context, await client.objects.move(object, 'activate', reason), 'activated')
    })
  connectionOptions(command)
  examples(command, 'claviger object activate web')
}

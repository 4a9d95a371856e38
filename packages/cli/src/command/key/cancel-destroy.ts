import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printKey } from './described-key.ts'

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id').action(async (key: string) => {
    const client = await context.client()
    await printKey(context, await client.keys.cancelDestroy(key), 'destruction cancelled')
  })
  connectionOptions(command)
  examples(command, 'claviger key cancel-destroy payments && claviger key resume payments')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printKey } from './described-key.ts'

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id').action(async (key: string) => {
    await printKey(context, await (await context.client()).keys.get(key))
  })
  connectionOptions(command)
  examples(command, 'claviger key get payments', 'claviger key get payments --json')
}

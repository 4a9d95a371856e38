import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printGroup } from './described-group.ts'

export function define(command: Command, context: Context): void {
  command.argument('<group>', 'name or id').action(async (group: string) => {
    await printGroup(context, await (await context.client()).groups.get(group))
  })
  connectionOptions(command)
  examples(command, 'claviger group show board')
}

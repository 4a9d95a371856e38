import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printObject } from './described-object.ts'

export function define(command: Command, context: Context): void {
  command.argument('<object>', 'name or id').action(async (object: string) => {
    await printObject(context, await (await context.client()).objects.get(object))
  })
  connectionOptions(command)
  examples(command, 'claviger object get web')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printPrincipal } from './described-principal.ts'

export function define(command: Command, context: Context): void {
  command.argument('<principal>', 'name or id').action(async (principal: string) => {
    await printPrincipal(context, await (await context.client()).principals.get(principal))
  })
  connectionOptions(command)
  examples(command, 'claviger principal show alice')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printOwnSeal } from './described-tenant.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).tenants.seal()
    await printOwnSeal(context, answer, 'sealed: nothing of it is done until it is unsealed')
  })
  connectionOptions(command)
  examples(command, 'claviger tenant seal')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { describeSeal } from './described-seal.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const status = await (await context.client()).seal.status()
    await context.print(status, describeSeal(context, status))
    if (status.sealed) context.endWith('sealed')
  })
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nEnds with status 0 when the keeper is unsealed and 3 when it is sealed.',
  )
  examples(command, 'claviger operator status', 'claviger operator status --json')
}

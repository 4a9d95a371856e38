import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { describeSeal } from './described-seal.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const status = await (await context.client()).seal.seal()
    await context.print(status, describeSeal(context, status))
  })
  connectionOptions(command)
  examples(command, 'claviger operator seal')
}

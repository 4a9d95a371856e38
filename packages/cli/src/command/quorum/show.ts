import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printQuorum } from './described-quorum.ts'

export function define(command: Command, context: Context): void {
  command.argument('<quorum>', 'name or id').action(async (quorum: string) => {
    await printQuorum(context, await (await context.client()).quorums.get(quorum))
  })
  connectionOptions(command)
  examples(command, 'claviger quorum show destroying')
}

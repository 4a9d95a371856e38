import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<group>', 'name or id')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action(async (group: string, { revision }: { readonly revision?: number }) => {
      const client = await context.client()
      const answer = await client.groups.delete(group, { expectedRevision: revision })
      await context.print(answer, `${context.paint('good', 'forgotten')} ${group}`)
    })
  connectionOptions(command)
  examples(command, 'claviger group delete board')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<quorum>', 'name or id')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action(async (quorum: string, { revision }: { readonly revision?: number }) => {
      const client = await context.client()
      const answer = await client.quorums.delete(quorum, { expectedRevision: revision })
      await context.print(answer, `${context.paint('good', 'no longer asked')} ${quorum}`)
    })
  connectionOptions(command)
  examples(command, 'claviger quorum delete destroying')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { printQuorum } from './described-quorum.ts'
import { type QuorumOptions, quorumOptions, quorumRequest } from './quorum-options.ts'

type Options = QuorumOptions & { readonly revision?: number }

export function define(command: Command, context: Context): void {
  command.argument('<quorum>', 'name or id')
  quorumOptions(command)
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action(async (quorum: string, { revision, ...options }: Options) => {
      const client = await context.client()
      const request = quorumRequest(options)
      const answer = await client.quorums.update(quorum, request, { expectedRevision: revision })
      await printQuorum(context, answer, 'updated')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger quorum update destroying --action key.destroy --approvals 3 --group board --gather 2d',
  )
}

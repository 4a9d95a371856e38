import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'name of the policy')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action(async (name: string, { revision }: { readonly revision?: number }) => {
      const client = await context.client()
      const answer = await client.policies.delete(name, { expectedRevision: revision })
      await context.print(answer, `${context.paint('good', 'out of force')} ${name}`)
    })
  connectionOptions(command)
  examples(command, 'claviger policy delete developers')
}

import { decodeUtf8 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'

export const POLICY_BYTES_MAX = 256 * 1024

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .argument('[file]', 'the policy in Cedar; standard input if absent or `-`')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action(
      async (name: string, file: string | undefined, options: { readonly revision?: number }) => {
        const text = decodeUtf8(await readFileInput(context, file ?? '-', POLICY_BYTES_MAX))
        const client = await context.client()
        const answer = await client.policies.put(name, text, { expectedRevision: options.revision })
        const { revision } = answer.policy
        await context.print(
          answer,
          `${context.paint('good', 'in force')} ${name} (revision ${revision})`,
        )
      },
    )
  connectionOptions(command)
  examples(command, 'claviger policy put developers developers.cedar')
}

import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { collect, connectionOptions, examples, labelOption, parseCount } from '../../options.ts'
import { printKey } from './described-key.ts'
import { collectLimit, limitsOf } from './key-attributes.ts'

interface Options {
  readonly description?: string
  readonly owner?: string
  readonly label?: Readonly<Record<string, string>>
  readonly labels: boolean
  readonly mechanism?: readonly string[]
  readonly limit?: Readonly<Record<string, number>>
  readonly unexportable?: true
  readonly revision?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .option('--description <text>', 'what it is for')
    .option('--owner <name>', 'who answers for it')
    .option('--no-labels', 'take all labels away')
    .option('--mechanism <name>', 'replaces the list of mechanisms; may be repeated', collect)
    .option('--limit <what=number>', 'invocations=N or bytes=N; replaces all limits', collectLimit)
    .option('--unexportable', 'give exportability up, for good')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
  labelOption(command, 'a label, in place of all there are').action(
    async (key: string, options: Options) => {
      const { description, owner, label, labels, mechanism, limit, unexportable, revision } =
        options
      const request = {
        ...(description !== undefined && { description }),
        ...(owner !== undefined && { owner }),
        ...(label !== undefined && { labels: label }),
        ...(!labels && { labels: {} }),
        ...(mechanism !== undefined && { mechanisms: mechanism }),
        ...(limit !== undefined && { limits: limitsOf(limit) }),
        ...(unexportable === true && { exportable: false as const }),
      }
      if (Object.keys(request).length === 0) throw usageError('say what to change')
      const client = await context.client()
      const answer = await client.keys.update(key, request, { expectedRevision: revision })
      await printKey(context, answer, 'updated')
    },
  )
  connectionOptions(command)
  examples(
    command,
    'claviger key update payments --owner finance --label env=prod',
    'claviger key update payments --mechanism aes-gcm',
  )
}

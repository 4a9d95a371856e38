import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, labelOption, parseCount } from '../../options.ts'
import { printObject } from './described-object.ts'

interface Options {
  readonly description?: string
  readonly owner?: string
  readonly label?: Readonly<Record<string, string>>
  readonly labels: boolean
  readonly revision?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<object>', 'name or id')
    .option('--description <text>', 'what it is for')
    .option('--owner <name>', 'who answers for it')
    .option('--no-labels', 'take all labels away')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
  labelOption(command, 'a label, in place of all there are').action(
    async (object: string, options: Options) => {
      const { description, owner, label, labels, revision } = options
      if ((description ?? owner ?? label) === undefined && labels) {
        throw usageError('say what to change')
      }
      const client = await context.client()
      const request = { description, owner, labels: labels ? label : {} }
      const answer = await client.objects.update(object, request, { expectedRevision: revision })
      await printObject(context, answer, 'updated')
    },
  )
  connectionOptions(command)
  examples(command, 'claviger object update web --owner web-team')
}

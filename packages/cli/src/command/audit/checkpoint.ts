import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, outOption } from '../../options.ts'
import { printText } from './receipt.ts'

export function define(command: Command, context: Context): void {
  outOption(command, 'write it into this file').action(
    async (options: { readonly out?: string; readonly force?: boolean }) => {
      const checkpoint = await (await context.client()).audit.checkpoint()
      await printText(context, options, { checkpoint }, checkpoint)
    },
  )
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nKeep it away from the keeper: a log that was cut back or rewritten does not continue it.',
  )
  examples(
    command,
    'claviger audit checkpoint -o monday.checkpoint',
    'claviger audit verify --checkpoint monday.checkpoint',
  )
}

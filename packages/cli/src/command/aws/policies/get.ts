import type { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { connectionOptions, examples } from '../../../options.ts'
import { shown } from '../../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.argument('<principal>', 'name or id').action(async (principal: string) => {
    const answer = await (await context.client()).principals.getPolicy(principal, 'aws-kms')
    await context.print(answer, shown(answer.document, 'lines').trimEnd())
  })
  connectionOptions(command)
  examples(command, 'claviger aws policies get backup-job > only-encrypt.json')
}

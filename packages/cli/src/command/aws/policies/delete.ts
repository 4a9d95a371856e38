import type { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { connectionOptions, examples } from '../../../options.ts'

export function define(command: Command, context: Context): void {
  command.argument('<principal>', 'name or id').action(async (principal: string) => {
    const answer = await (await context.client()).principals.deletePolicy(principal, 'aws-kms')
    await context.print(answer, `${context.paint('good', 'out of force')} for ${principal}`)
  })
  connectionOptions(command)
  examples(command, 'claviger aws policies delete backup-job')
}

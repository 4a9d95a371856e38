import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { describeEmergency } from './described-emergency.ts'

export function define(command: Command, context: Context): void {
  command.argument('<name>', 'of the credential').action(async (name: string) => {
    const answer = await (await context.client()).emergencies.close(name)
    const text = describeEmergency(context, answer.emergency)
    await context.print(answer, `${context.paint('good', 'closed')}\n${text}`)
  })
  connectionOptions(command)
  examples(command, 'claviger break-glass close vault')
}

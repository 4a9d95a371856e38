import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { describeEmergency } from './described-emergency.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).emergencies.list()
    const texts = answer.emergencies.map((one) => describeEmergency(context, one))
    await context.print(
      answer,
      texts.length === 0 ? 'there is no emergency credential' : texts.join('\n\n'),
    )
  })
  connectionOptions(command)
  examples(command, 'claviger break-glass status')
}

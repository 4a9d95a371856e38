import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { shown } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.argument('<name>', 'name of the policy').action(async (name: string) => {
    const answer = await (await context.client()).policies.get(name)
    await context.print(answer, shown(answer.policy.text, 'lines').trimEnd())
  })
  connectionOptions(command)
  examples(command, 'claviger policy get developers > developers.cedar')
}

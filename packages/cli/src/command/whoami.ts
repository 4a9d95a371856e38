import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { connectionOptions, examples } from '../options.ts'
import { facts } from '../terminal/table.ts'
import { minute } from '../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).whoami()
    const { actions, keys } = answer.scope
    await context.print(
      answer,
      facts([
        ['name', answer.name],
        ['id', answer.principal],
        ['tenant', answer.tenant],
        ['roles', answer.roles.join(', ')],
        ['by', answer.authentication],
        ['token', answer.token],
        ['actions', actions?.join(', ')],
        ['keys', keys?.join(', ')],
        [
          'emergency',
          answer.emergencies
            ?.map(({ name, until }) => `\`${name}\` is open until ${minute(until)}`)
            .join('\n'),
        ],
        ['until', answer.expiresAt && minute(answer.expiresAt)],
        ['keeper', context.connection.address],
        ['profile', context.connection.profile?.path],
      ]),
    )
  })
  connectionOptions(command)
  examples(command, 'claviger whoami', 'claviger whoami --as auditor')
}

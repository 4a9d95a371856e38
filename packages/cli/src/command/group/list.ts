import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { day } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).groups.list()
    const rows = answer.groups.map(({ name, members, updatedAt }) => [
      name,
      String(members.length),
      day(updatedAt),
    ])
    const heads = ['name', 'members', 'updated']
    await context.print(answer, rows.length === 0 ? 'no groups' : table(heads, rows))
  })
  connectionOptions(command)
  examples(command, 'claviger group list')
}

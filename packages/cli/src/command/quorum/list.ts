import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).quorums.list()
    const rows = answer.quorums.map(({ name, approvals, actions, names, labels }) => {
      const pairs = Object.entries(labels ?? {}).map(([label, value]) => `${label}=${value}`)
      return [name, String(approvals), actions.join(', '), [...(names ?? []), ...pairs].join(', ')]
    })
    const heads = ['name', 'approvals', 'actions', 'on']
    await context.print(answer, rows.length === 0 ? 'nothing is guarded' : table(heads, rows))
  })
  connectionOptions(command)
  examples(command, 'claviger quorum list')
}

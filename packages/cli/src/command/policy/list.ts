import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).policies.list()
    const rows = answer.policies.map(({ name, revision, text, updatedAt }) => [
      name,
      String(revision),
      minute(updatedAt),
      text.split('\n').find((line) => line.trim() !== '') ?? '',
    ])
    const human =
      rows.length === 0 ? 'no policies' : table(['name', 'revision', 'changed', 'begins'], rows)
    await context.print(answer, human)
  })
  connectionOptions(command)
  examples(command, 'claviger policy list')
}

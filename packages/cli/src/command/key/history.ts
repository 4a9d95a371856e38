import type { KeyHistoryAnswer } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'
import { stateCell } from './described-key.ts'

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id').action(async (key: string) => {
    const answer = await (await context.client()).keys.history(key)
    await context.print(answer, describe(context, answer))
  })
  connectionOptions(command)
  examples(command, 'claviger key history payments')
}

function describe({ paint }: Context, { versions }: KeyHistoryAnswer): string {
  const rows = versions.flatMap(({ version, history }) =>
    history.map(({ at, from, to, half, by, reason }) => [
      `v${version}`,
      minute(at),
      from,
      stateCell(paint, to),
      half ?? '-',
      by,
      reason,
    ]),
  )
  return table(['version', 'when', 'from', 'to', 'half', 'by', 'reason'], rows)
}

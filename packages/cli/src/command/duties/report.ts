import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const answer = await (await context.client()).duties.report()
    const { findings, violations, damaged } = answer
    const rows = findings.map(({ severity, rule, kind, name, message }) => [
      severity,
      rule,
      `${kind} ${name}`,
      message,
    ])
    const lost = damaged.length === 0 ? '' : `\nnot read: ${damaged.join(', ')}`
    const text =
      rows.length === 0
        ? 'every duty is kept apart'
        : `${table(['', 'rule', 'of', 'what'], rows)}\n${violations} violations`
    await context.print(answer, text + lost)
  })
  connectionOptions(command)
  examples(command, 'claviger duties report', 'claviger duties report --json')
}

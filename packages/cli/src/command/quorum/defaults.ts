import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { collect, connectionOptions, examples, parseCount } from '../../options.ts'
import { table } from '../../terminal/table.ts'

interface Options {
  readonly group: string
  readonly threshold: number
  readonly guard?: readonly string[]
  readonly distinctTeams?: boolean
  readonly reasonNeeded?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .requiredOption('--group <group>', 'whose approval is needed')
    .requiredOption('--threshold <n>', 'how many of them', parseCount)
    .option(
      '--guard <guard>',
      'destruction, export, critical, emergency, rights; all if absent',
      collect,
    )
    .option('--distinct-teams', 'not two approvals from one team')
    .option('--reason-needed', 'the requester must say why')
    .action(async ({ group, threshold, guard, distinctTeams, reasonNeeded }: Options) => {
      const answer = await (await context.client()).quorums.installDefaults({
        group,
        approvals: threshold,
        guards: guard,
        distinctTeams,
        reason: reasonNeeded,
      })
      const rows = answer.quorums.map(({ name, approvals, actions, labels = {} }) => {
        const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`)
        return [name, String(approvals), actions.join(', '), pairs.join(', ')]
      })
      const text = table(['name', 'approvals', 'actions', 'on'], rows)
      await context.print(answer, `${context.paint('good', 'asked from now on')}\n${text}`)
    })
  connectionOptions(command)
  examples(
    command,
    'claviger quorum defaults --group officers --threshold 2',
    'claviger quorum defaults --group board --threshold 3 --guard destruction --guard export',
  )
}

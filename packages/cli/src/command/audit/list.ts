import type { LoggedEntry, Outcome } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount, parseInstant } from '../../options.ts'
import { type Cell, table } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'
import { pageSize } from '../key/list.ts'

interface Options {
  readonly target?: string
  readonly actor?: string
  readonly action?: string
  readonly outcome?: Outcome
  readonly since?: string
  readonly until?: string
  readonly limit: number
}

export function define(command: Command, context: Context): void {
  command
    .option('--target <name>', 'on this key, object or principal, by name or id')
    .option('--actor <name>', 'by this principal, by name or id')
    .option('--action <action>', 'of this action, such as key.decrypt')
    .addOption(
      new Option('--outcome <outcome>', 'with this outcome').choices([
        'allowed',
        'denied',
        'failed',
        'partial',
      ]),
    )
    .option('--since <when>', 'not before', parseInstant)
    .option('--until <when>', 'not after', parseInstant)
    .option('--limit <number>', 'at most so many; 0 for all', parseCount, 50)
    .action((options: Options) => list(context, options))
  connectionOptions(command)
  examples(
    command,
    'claviger audit list --target payments',
    'claviger audit list --outcome denied --since 2030-01-01 --json',
  )
}

async function list(context: Context, options: Options): Promise<void> {
  const { limit, ...query } = options
  const { target, actor, action, outcome, since, until } = query
  const client = await context.client()
  const entries: LoggedEntry[] = []
  let before: number | undefined
  do {
    const page = await client.audit.page({
      target,
      actor,
      action,
      outcome,
      since,
      until,
      before,
      limit: pageSize(limit, entries.length),
    })
    entries.push(...page.entries)
    before = page.next
  } while (before !== undefined && (limit === 0 || entries.length < limit))
  const heads = ['index', 'when', 'action', 'outcome', 'actor', 'target', 'error']
  const human =
    entries.length === 0
      ? 'no entries'
      : table(
          heads,
          entries.map((entry) => rowOf(context, entry)),
        )
  await context.print({ entries, more: before !== undefined }, human)
  if (before !== undefined && !context.isJson)
    await context.note('there are more; --limit 0 shows all')
}

function rowOf({ paint }: Context, { index, event }: LoggedEntry): (string | Cell)[] {
  const { outcome } = event
  const style = outcome === 'allowed' ? 'good' : outcome === 'partial' ? 'warning' : 'bad'
  return [
    String(index),
    minute(event.at),
    event.action,
    { text: outcome, paint: (text) => paint(style, text) },
    nameIn(event['actor']),
    nameIn(event['target']),
    typeof event['error'] === 'string' ? event['error'] : '-',
  ]
}

function nameIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '-'
  const { name, id } = value as { name?: unknown; id?: unknown }
  if (typeof name === 'string' && name !== '') return name
  return typeof id === 'string' && id !== '' ? id : '-'
}

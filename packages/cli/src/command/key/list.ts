import type { KeyState, ListedKey, ListKeysQuery, Purpose } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, labelOption, parseCount } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { day } from '../../terminal/text.ts'
import { stateCell } from './described-key.ts'

export const STATES = [
  'pre-active',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destroyed',
] as const satisfies readonly KeyState[]

interface Options {
  readonly prefix?: string
  readonly state?: KeyState
  readonly spec?: string
  readonly purpose?: Purpose
  readonly owner?: string
  readonly label?: Readonly<Record<string, string>>
  readonly limit: number
  readonly newest?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .option('--prefix <text>', 'names that begin so')
    .addOption(new Option('--state <state>', 'in this state').choices([...STATES]))
    .option('--spec <spec>', 'of this spec')
    .option('--purpose <purpose>', 'for this purpose')
    .option('--owner <name>', 'of this owner')
    .option('--limit <number>', 'at most so many; 0 for all', parseCount, 100)
    .option('--newest', 'newest first')
  labelOption(command, 'with this label').action((options: Options) => list(context, options))
  connectionOptions(command)
  examples(
    command,
    'claviger key list',
    'claviger key list --state suspended --owner build',
    'claviger key list --label env=prod --limit 0 --json',
  )
}

async function list(context: Context, options: Options): Promise<void> {
  const { prefix, state, spec, purpose, owner, label, limit, newest } = options
  const query: ListKeysQuery = {
    namePrefix: prefix,
    state,
    spec,
    purpose,
    owner,
    labels: label,
    descending: newest,
  }
  const client = await context.client()
  const keys: ListedKey[] = []
  let more = false
  let damaged: readonly string[] = []
  for (let after: string | undefined; ; ) {
    const page = await client.keys.page({ ...query, after, limit: pageSize(limit, keys.length) })
    keys.push(...page.keys)
    damaged = [...damaged, ...page.damaged]
    after = page.next
    more = after !== undefined
    if (after === undefined || (limit > 0 && keys.length >= limit)) break
  }
  const rows = keys.map((key) => [
    key.name,
    stateCell(context.paint, key.state),
    key.spec,
    key.purpose,
    `v${key.currentVersion}`,
    key.owner === '' ? '-' : key.owner,
    day(key.createdAt),
    day(key.updatedAt),
  ])
  const heads = ['name', 'state', 'spec', 'purpose', 'version', 'owner', 'created', 'changed']
  await context.print({ keys, more, damaged }, keys.length === 0 ? 'no keys' : table(heads, rows))
  if (context.isJson) return
  if (more) await context.note(`there are more; --limit 0 shows all`)
  if (damaged.length > 0) await context.note(`damaged and left out: ${damaged.join(', ')}`)
}

export function pageSize(limit: number, taken: number): number {
  return limit === 0 ? 1_000 : Math.min(1_000, limit - taken)
}

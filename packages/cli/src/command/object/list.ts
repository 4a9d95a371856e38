import type { KeyState, ManagedObject, ObjectKind } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, labelOption, parseCount } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { day } from '../../terminal/text.ts'
import { stateCell } from '../key/described-key.ts'
import { pageSize, STATES } from '../key/list.ts'

interface Options {
  readonly prefix?: string
  readonly kind?: ObjectKind
  readonly state?: KeyState
  readonly owner?: string
  readonly label?: Readonly<Record<string, string>>
  readonly limit: number
  readonly newest?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .option('--prefix <text>', 'names that begin so')
    .addOption(
      new Option('--kind <kind>', 'of this kind').choices(['secret-data', 'opaque', 'certificate']),
    )
    .addOption(new Option('--state <state>', 'in this state').choices([...STATES]))
    .option('--owner <name>', 'of this owner')
    .option('--limit <number>', 'at most so many; 0 for all', parseCount, 100)
    .option('--newest', 'newest first')
  labelOption(command, 'with this label').action((options: Options) => list(context, options))
  connectionOptions(command)
  examples(command, 'claviger object list --kind certificate')
}

async function list(context: Context, options: Options): Promise<void> {
  const { prefix, kind, state, owner, label, limit, newest } = options
  const query = { namePrefix: prefix, kind, state, owner, labels: label, descending: newest }
  const client = await context.client()
  const objects: ManagedObject[] = []
  let damaged: readonly string[] = []
  let after: string | undefined
  do {
    const page = await client.objects.page({
      ...query,
      after,
      limit: pageSize(limit, objects.length),
    })
    objects.push(...page.objects)
    damaged = [...damaged, ...page.damaged]
    after = page.next
  } while (after !== undefined && (limit === 0 || objects.length < limit))
  const rows = objects.map((object) => [
    object.name,
    stateCell(context.paint, object.state),
    object.kind,
    object.owner === '' ? '-' : object.owner,
    day(object.certificate?.notAfter ?? object.deactivateAt),
    day(object.updatedAt),
  ])
  const heads = ['name', 'state', 'kind', 'owner', 'expires', 'changed']
  const human = objects.length === 0 ? 'no objects' : table(heads, rows)
  await context.print({ objects, more: after !== undefined, damaged }, human)
  if (context.isJson) return
  if (after !== undefined) await context.note('there are more; --limit 0 shows all')
  if (damaged.length > 0) await context.note(`damaged and left out: ${damaged.join(', ')}`)
}

import { decodeUtf8 } from '@claviger/bytes'
import type { AskedCall, PolicyDiff } from '@claviger/client'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { askedCallOptions } from './explain.ts'
import { POLICY_BYTES_MAX } from './put.ts'

interface Options extends AskedCall {
  readonly delete?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'name of the policy')
    .argument('[file]', 'the policy in Cedar; standard input if absent or `-`')
    .option('--delete', 'as if it were taken out of force')
  askedCallOptions(command)
  command.action(async (name: string, file: string | undefined, options: Options) => {
    const { authentication, protocol, peer, at } = options
    if (options.delete === true && file !== undefined) {
      throw usageError('either a file or --delete')
    }
    const text =
      options.delete === true
        ? undefined
        : decodeUtf8(await readFileInput(context, file ?? '-', POLICY_BYTES_MAX))
    const { policies } = await context.client()
    const answer = await policies.diff({ name, text, authentication, protocol, peer, at })
    await context.print(answer, human(context, answer))
    if (answer.truncated && !context.isJson) {
      const { examined } = answer
      await context.note(`truncated: ${examined} decisions were looked at, and there are more`)
    }
  })
  connectionOptions(command)
  examples(
    command,
    'claviger policy diff developers developers.cedar',
    'claviger policy diff developers --delete',
  )
}

function human({ paint }: Context, { changes, changed, examined }: PolicyDiff): string {
  if (changed === 0) return `no decision changes, of ${examined}`
  const rows = changes.map(({ name, action, target, allowed, before, after }) => [
    name,
    action,
    target,
    {
      text: allowed ? 'denied -> allowed' : 'allowed -> denied',
      paint: (text: string) => paint(allowed ? 'warning' : 'bad', text),
    },
    (allowed ? after : [...after, ...before]).join(', '),
  ])
  const heads = ['principal', 'action', 'on', 'decision', 'by policy']
  return `${table(heads, rows)}\n${changed} of ${examined} decisions change`
}

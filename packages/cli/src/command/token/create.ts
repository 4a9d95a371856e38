import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { collect, connectionOptions, examples, outOption, parseDuration } from '../../options.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

interface Options {
  readonly description?: string
  readonly lifetime: number
  readonly action?: readonly string[]
  readonly onKey?: readonly string[]
  readonly out?: string
  readonly force?: boolean
}

const DAY_SECONDS = 86_400

export function define(command: Command, context: Context): void {
  command
    .argument('<principal>', 'name or id')
    .option('--description <text>', 'what it is for')
    .option('--lifetime <time>', 'like 90d, 12h or 15m', parseDuration, 90 * DAY_SECONDS)
    .option(
      '--action <action>',
      'allow no other: key.encrypt, or key.* for all of a kind; may be repeated',
      collect,
    )
    .option(
      '--on-key <name>',
      'allow no other key; a trailing * matches any rest; may be repeated',
      collect,
    )
  outOption(command, 'write the token into this file, which only you may read').action(
    (principal: string, options: Options) => create(context, principal, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger token create backup-job -o backup-job.token',
    "claviger token create ci --lifetime 1h --action key.sign --on-key 'release/*'",
  )
}

async function create(context: Context, principal: string, options: Options): Promise<void> {
  const { description, lifetime, action, onKey, out, force } = options
  const client = await context.client()
  const scope = {
    ...(action !== undefined && { actions: action }),
    ...(onKey !== undefined && { keys: onKey }),
  }
  const answer = await client.tokens.create(principal, {
    description,
    lifetimeSeconds: lifetime,
    scope,
  })
  const { secret, token } = answer
  const told = facts([
    ['token', token.id],
    ['of', token.principalName],
    ['until', minute(token.expiresAt)],
    ['actions', token.scope.actions?.join(', ')],
    ['keys', token.scope.keys?.join(', ')],
  ])
  if (out !== undefined) {
    const path = resolve(context.environment.cwd, out)
    await writeAtomically(path, [Buffer.from(`${secret}\n`)], { force })
    const { secret: _written, ...rest } = answer
    return context.print(
      { ...rest, file: path },
      `${told}\n${context.paint('good', 'written to')} ${out}`,
    )
  }
  if (context.isJson) return context.print(answer, '')
  await context.note(`${told}\nThe token is shown this once and stored nowhere:`)
  await context.print(answer, secret)
}

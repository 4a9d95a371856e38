import { resolve } from 'node:path'
import type { NewTokenAnswer } from '@claviger/client'
import { type Command, Option } from 'commander'
import { usageError } from '../../../cli-error.ts'
import type { Context } from '../../../context.ts'
import { writeAtomically } from '../../../file/atomic-file.ts'
import { collect, connectionOptions, examples, outOption, parseDuration } from '../../../options.ts'
import { facts } from '../../../terminal/table.ts'
import { minute } from '../../../terminal/text.ts'

interface Options {
  readonly description?: string
  readonly ttl?: number
  readonly lifetime?: number
  readonly xks?: boolean
  readonly action?: readonly string[]
  readonly onKey?: readonly string[]
  readonly format: keyof typeof FORMATS
  readonly out?: string
  readonly force?: boolean
}

const LIFETIME_SECONDS = 365 * 86_400

/** What AWS's programs read, each in its own place. */
const FORMATS = {
  ini: (answer: NewTokenAnswer) =>
    [
      '[default]',
      ...members(answer).map(([name, value]) => `aws_${name.toLowerCase()} = ${value}`),
    ].join('\n'),
  env: (answer: NewTokenAnswer) =>
    members(answer)
      .map(([name, value]) => `export AWS_${name}=${value}`)
      .join('\n'),
  /** What a `credential_process` writes (AWS SDKs and Tools Reference Guide). */
  json: ({ token, secret, ticket }: NewTokenAnswer) =>
    JSON.stringify({
      Version: 1,
      AccessKeyId: token.identifier,
      SecretAccessKey: secret,
      ...(ticket !== undefined && { SessionToken: ticket, Expiration: token.expiresAt }),
    }),
} as const

export function define(command: Command, context: Context): void {
  command
    .argument('<principal>', 'name or id')
    .option('--description <text>', 'what it is for')
    .option('--ttl <time>', 'make a temporary one that ends after 12h or 15m', parseDuration)
    .option('--lifetime <time>', 'of a lasting one, like 90d; absent: 365d', parseDuration)
    .option('--xks', 'a longer secret, as external key stores ask for')
    .option('--action <action>', 'allow no other: key.encrypt, or key.*; may be repeated', collect)
    .option('--on-key <name>', 'allow no other key; a trailing * matches any rest', collect)
    .addOption(
      new Option('--format <form>', 'how the access key is written')
        .choices(Object.keys(FORMATS))
        .default('ini'),
    )
  outOption(command, 'write the access key into this file, which only you may read').action(
    (principal: string, options: Options) => create(context, principal, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger aws credentials create backup-job -o ~/.aws/credentials',
    'claviger aws credentials create ci --ttl 1h --format env',
  )
}

async function create(context: Context, principal: string, options: Options): Promise<void> {
  const { description, ttl, lifetime, xks, action, onKey, out, force } = options
  if (ttl !== undefined && (lifetime !== undefined || xks === true)) {
    throw usageError('--ttl makes a temporary access key: leave out --lifetime and --xks')
  }
  const scope = {
    ...(action !== undefined && { actions: action }),
    ...(onKey !== undefined && { keys: onKey }),
  }
  const client = await context.client()
  const answer = await client.tokens.create(principal, {
    description,
    lifetimeSeconds: ttl ?? lifetime ?? LIFETIME_SECONDS,
    scope,
    sharedSecret: ttl !== undefined ? 'temporary' : xks === true ? 'long' : 'lasting',
  })
  const { token } = answer
  const text = FORMATS[options.format](answer)
  const told = facts([
    ['access key', token.identifier],
    ['of', token.principalName],
    ['until', minute(token.expiresAt)],
  ])
  if (out !== undefined) {
    const path = resolve(context.environment.cwd, out)
    await writeAtomically(path, [Buffer.from(`${text}\n`)], { force })
    const { secret: _written, ticket: _too, ...rest } = answer
    return context.print(
      { ...rest, file: path },
      `${told}\n${context.paint('good', 'written to')} ${out}`,
    )
  }
  if (context.isJson) return context.print(answer, '')
  await context.note(`${told}\nThe secret access key is shown this once:`)
  await context.print(answer, text)
}

/** By AWS's names, in upper case. */
function members({
  token,
  secret,
  ticket,
}: NewTokenAnswer): readonly (readonly [string, string])[] {
  return [
    ['ACCESS_KEY_ID', token.identifier ?? ''],
    ['SECRET_ACCESS_KEY', secret],
    ...(ticket === undefined ? [] : [['SESSION_TOKEN', ticket] as const]),
  ]
}

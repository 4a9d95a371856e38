import type { AskedCall, Explanation } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount, parseInstant } from '../../options.ts'
import { facts, table } from '../../terminal/table.ts'
import { pageSize } from '../key/list.ts'

interface Options extends AskedCall {
  readonly action: string
  readonly on?: string
  readonly principal?: string
  readonly limit: number
}

const LIMIT_DEFAULT = 1_000

export function define(command: Command, context: Context): void {
  command
    .requiredOption('--action <action>', 'such as key.destroy')
    .option('--on <target>', 'id or name of the key, or whatever it would be done to')
    .option('--principal <name>', 'id or name; absent: everybody who may')
    .option('--limit <number>', 'look at so many principals; 0 for all', parseCount, LIMIT_DEFAULT)
  askedCallOptions(command)
  command.action((options: Options) => explain(context, options))
  connectionOptions(command)
  examples(
    command,
    'claviger policy explain --action key.destroy --on payments --principal alice',
    'claviger policy explain --action key.destroy --on payments',
  )
}

/** How the call that is asked about would come in. */
export function askedCallOptions(command: Command): void {
  command
    .addOption(
      new Option('--authentication <kind>', 'how they come in').choices([
        'token',
        'certificate',
        'signature',
        'oidc',
      ]),
    )
    .option('--protocol <name>', 'what the call comes by')
    .option('--peer <address>', 'the address it comes from')
    .option('--at <when>', 'when it would be made', parseInstant)
}

async function explain(context: Context, options: Options): Promise<void> {
  const { action, on: target, principal, limit, authentication, protocol, peer, at } = options
  const { policies } = await context.client()
  const question = { action, target, principal, authentication, protocol, peer, at }
  const explanations: Explanation[] = []
  let examined = 0
  let next: string | undefined
  do {
    const page = await policies.explain({
      ...question,
      after: next,
      limit: pageSize(limit, examined),
    })
    explanations.push(...page.explanations)
    examined += page.examined
    next = page.next
  } while (next !== undefined && (limit === 0 || examined < limit))
  const more = next !== undefined
  const [only] = explanations
  const human =
    principal !== undefined && only !== undefined
      ? oneOf(context, action, only)
      : everyOf(explanations, examined)
  await context.print({ action, target, explanations, examined, more }, human)
  if (more && !context.isJson) {
    await context.note(`only ${examined} principals were looked at; --limit 0 looks at all`)
  }
}

function oneOf({ paint }: Context, action: string, explanation: Explanation): string {
  const { name, allowed, disabled, policies, missingRoles, roles, groups, tokens } = explanation
  const decided = policies.length === 0 ? 'no policy permits it' : policies.join(', ')
  const narrowed = tokens.filter((token) => !token.allowed)
  return facts([
    ['decision', paint(allowed ? 'good' : 'bad', allowed ? 'allowed' : 'denied')],
    ['action', action],
    ['principal', disabled ? `${name} (disabled)` : name],
    ['roles', roles.join(', ')],
    ['groups', groups.join(', ')],
    ['decided by', decided],
    ['missing role', missingRoles.join(' or ')],
    ['tokens', tokens.length === 0 ? undefined : String(tokens.length)],
    ['out of scope of', narrowed.map(({ id }) => id).join(', ')],
  ])
}

function everyOf(explanations: readonly Explanation[], examined: number): string {
  if (explanations.length === 0) return `nobody of ${examined} principals may`
  const rows = explanations.map(({ name, kind, roles, policies, tokens }) => [
    name,
    kind,
    roles.join(', '),
    policies.join(', '),
    `${tokens.filter(({ allowed }) => allowed).length} of ${tokens.length}`,
  ])
  return table(['name', 'kind', 'roles', 'by policy', 'tokens in scope'], rows)
}

import { resolve } from 'node:path'
import type { FirstPrincipal, InitializeAnswer, Role } from '@claviger/client'
import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../../context.ts'
import { assertFree, writeAtomically } from '../../file/atomic-file.ts'
import { connectionOptions, examples } from '../../options.ts'
import { type MethodOptions, methodOptions, readMethod } from './credentials.ts'
import { giveShares, makeFolder } from './new-shares.ts'

interface Options extends MethodOptions {
  readonly out?: string
  readonly principal?: readonly FirstPrincipal[]
}

const TOKEN_DAYS = 30

export function define(command: Command, context: Context): void {
  methodOptions(command)
    .option('--out <folder>', 'write shares and tokens into this folder instead of showing them')
    .option(
      '--principal <name=roles>',
      'who is there from the start, such as root=administrator,operator; may be repeated',
      collectPrincipal,
    )
    .action((options: Options) => initialize(context, options))
  connectionOptions(command)
  examples(
    command,
    'claviger operator init --shares 5 --threshold 3',
    'claviger operator init --out ceremony --principal admin=administrator --principal op=operator',
    'claviger operator init --kind passphrase --new-passphrase-file passphrase.txt',
  )
}

async function initialize(context: Context, options: Options): Promise<void> {
  const { out } = options
  const method = await readMethod(context, options)
  // What is shown once must not be lost to a file in the way.
  if (out !== undefined) assertFree(resolve(context.environment.cwd, out), false)
  const client = await context.client()
  if (out !== undefined) makeFolder(resolve(context.environment.cwd, out))
  const answer = await client.seal.initialize({ method, principals: options.principal })
  if (context.isJson && out === undefined) return context.print(answer, '')
  const shares = await giveShares(context, answer, out)
  const tokens = await giveTokens(context, answer, out)
  const { shares: _shares, tokens: _tokens, ...rest } = answer
  const done = `${context.paint('good', 'initialized')}: the keeper is ${answer.status.sealed ? 'sealed' : 'unsealed'}`
  await context.print(
    { ...rest, folder: out },
    [done, shares, tokens, GUARD_HINT].filter((text) => text !== '').join('\n\n'),
  )
}

/** Guards need approvers, and there are none yet. */
const GUARD_HINT =
  'Nothing needs a second person yet. When there are approvers and a group of them, run:\n' +
  '  claviger quorum defaults --group GROUP --threshold 2'

function collectPrincipal(text: string, before: readonly FirstPrincipal[] = []): FirstPrincipal[] {
  const [, name, roles] = /^([a-z0-9._/-]+)=([a-z]+(?:,[a-z]+)*)$/.exec(text) ?? []
  if (name === undefined || roles === undefined) {
    throw new InvalidArgumentError('It must be NAME=ROLE,ROLE.')
  }
  // The keeper checks the roles, and names those it knows.
  return [...before, { name, roles: roles.split(',') as Role[], tokenDays: TOKEN_DAYS }]
}

async function giveTokens(
  context: Context,
  { tokens }: InitializeAnswer,
  folder: string | undefined,
): Promise<string> {
  const entries = Object.entries(tokens)
  if (folder === undefined) {
    const lines = entries.map(([name, token]) => `${name}: ${token}`)
    return ['Tokens, shown this once:', ...lines].join('\n')
  }
  const path = resolve(context.environment.cwd, folder)
  for (const [name, token] of entries) {
    await writeAtomically(resolve(path, `${name}.token`), [Buffer.from(`${token}\n`)])
  }
  return `Tokens are in ${folder}: ${entries.map(([name]) => `${name}.token`).join(', ')}`
}

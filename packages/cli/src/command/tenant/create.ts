import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { connectionOptions, examples, outOption, parseCount } from '../../options.ts'
import { describeTenant } from './described-tenant.ts'

interface Options {
  readonly tokenDays?: number
  readonly out?: string
  readonly force?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .option('--token-days <days>', "life of its administrator's token; 30 if absent", parseCount)
  outOption(command, "write its administrator's token into this file, which only you may read")
  command.action((name: string, options: Options) => create(context, name, options))
  connectionOptions(command)
  examples(command, 'claviger tenant create acme -o acme.token')
}

async function create(
  context: Context,
  name: string,
  { tokenDays, out, force }: Options,
): Promise<void> {
  const client = await context.client()
  const answer = await client.tenants.create({ name, tokenDays })
  const told = describeTenant(answer.tenant)
  if (out !== undefined) {
    const path = resolve(context.environment.cwd, out)
    const { secret, ...rest } = answer
    await writeAtomically(path, [Buffer.from(`${secret}\n`)], { force })
    return context.print(
      { ...rest, file: path },
      `${told}\n${context.paint('good', 'its token is in')} ${out}`,
    )
  }
  if (context.isJson) return context.print(answer, '')
  await context.note(`${told}\nIts administrator's token is shown this once and stored nowhere:`)
  await context.print(answer, answer.secret)
}

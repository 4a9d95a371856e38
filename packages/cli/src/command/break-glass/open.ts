import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { collect, connectionOptions, examples, parseCount } from '../../options.ts'
import { readShares } from '../operator/credentials.ts'
import { describeEmergency } from './described-emergency.ts'

interface Options {
  readonly shareFile?: readonly string[]
  readonly given: number
  readonly out: string
  readonly force?: boolean
  readonly because?: string
}

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'of the credential')
    .option('--share-file <file>', 'a file with shares, one a line; may be repeated', collect)
    .option('--given <number>', 'how many shares are asked for at the terminal', parseCount, 3)
    .requiredOption('-o, --out <file>', 'write the token into this file')
    .option('--force', 'replace a file that is there')
    .action((name: string, options: Options) => open(context, name, options))
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nShares come from files, from standard input or from prompts; no other credential is needed. Say why with\n' +
      '--because: everybody in the tenant sees that it is open.',
  )
  examples(
    command,
    "claviger break-glass open vault --share-file 1.txt --share-file 4.txt --because 'all officers are out' -o emergency.token",
  )
}

async function open(context: Context, name: string, options: Options): Promise<void> {
  const { shareFile, given, out, force, because } = options
  if (because === undefined) throw usageError('say why with --because')
  const path = resolve(context.environment.cwd, out)
  // Before it is loud: what cannot be written afterwards is lost.
  if (force !== true && existsSync(path)) throw new CliError('conflict', `${out} is there already`)
  const shares = await readShares(context, shareFile, { most: given, what: 'Share' })
  const client = await context.client()
  const { secret, ...answer } = await client.emergencies.open(name, shares, because)
  await writeAtomically(path, [Buffer.from(`${secret}\n`)], { force })
  await context.print(
    { ...answer, file: out },
    `${context.paint('bad', 'open')}: the token is in ${out}\n${describeEmergency(context, answer.emergency)}`,
  )
}

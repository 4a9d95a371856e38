import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Role } from '@claviger/client'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { collect, connectionOptions, examples, parseCount, parseDuration } from '../../options.ts'
import { makeFolder } from '../operator/new-shares.ts'
import { describeEmergency } from './described-emergency.ts'

interface Options {
  readonly role: readonly Role[]
  readonly shares: number
  readonly threshold: number
  readonly openFor?: number
  readonly out: string
}

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .requiredOption('--role <role>', 'what it may do when it is open; may be repeated', collect)
    .option('--shares <number>', 'how many shares to make', parseCount, 5)
    .option('--threshold <number>', 'how many of them open it', parseCount, 3)
    .option('--open-for <time>', 'how long it stays open; 1h if absent', parseDuration)
    .requiredOption('-o, --out <folder>', 'a new folder for the shares, a file each')
    .action((name: string, options: Options) => create(context, name, options))
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nMade anew under a name that is there, the shares before open nothing any more.',
  )
  examples(command, 'claviger break-glass create vault --role officer --threshold 3 -o shares')
}

async function create(context: Context, name: string, options: Options): Promise<void> {
  const { role, shares, threshold, openFor, out } = options
  const client = await context.client()
  const request = { name, roles: role, shares, threshold, seconds: openFor }
  const path = resolve(context.environment.cwd, out)
  // Not made yet: while it waits for approvals, nothing is there to keep.
  if (existsSync(path))
    throw new CliError('conflict', `${out} is there already; name a folder that is not`)
  const { shares: texts, ...answer } = await client.emergencies.create(request)
  makeFolder(path)
  for (const [index, share] of texts.entries()) {
    await writeAtomically(resolve(path, `share-${index + 1}.txt`), [Buffer.from(`${share}\n`)])
  }
  const said = `The shares are in ${out}; move each to another person. Any ${threshold} of them open it.`
  await context.print(
    { ...answer, folder: out },
    `${describeEmergency(context, answer.emergency)}\n\n${said}`,
  )
}

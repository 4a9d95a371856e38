import type { PolicyHistoryAnswer } from '@claviger/client'
import type { Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { minute, shown } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'name of the policy, which may be gone')
    .option('--version <number>', 'show the text of this version', parseCount)
    .action(async (name: string, { version }: { readonly version?: number }) => {
      const answer = await (await context.client()).policies.history(name)
      if (version === undefined) await context.print(answer, described(answer))
      else await printVersion(context, answer, version)
    })
  connectionOptions(command)
  examples(
    command,
    'claviger policy history developers',
    'claviger policy history developers --version 3 > developers.cedar',
  )
}

function described({ versions }: PolicyHistoryAnswer): string {
  const rows = versions.map(({ version, at, by, text }) => [
    String(version),
    minute(at),
    by.name,
    text === undefined ? '(out of force)' : firstLine(text),
  ])
  return table(['version', 'when', 'by', 'begins'], rows)
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '') ?? ''
}

async function printVersion(
  context: Context,
  { name, versions }: PolicyHistoryAnswer,
  version: number,
): Promise<void> {
  const found = versions.find((one) => one.version === version)
  if (found?.text === undefined) {
    throw new CliError('not-found', `no text of version ${version} of ${name} is kept`)
  }
  await context.print(found, shown(found.text, 'lines').trimEnd())
}

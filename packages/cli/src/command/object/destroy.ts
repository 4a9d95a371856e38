import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printObject } from './described-object.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<object>', 'name or id')
    .option('--yes', 'do not ask; needed where nobody can be asked')
    .option('--reason <text>', 'why, for the history')
    .action(
      async (object: string, options: { readonly yes?: boolean; readonly reason?: string }) => {
        await assertMeant(context, object, options.yes)
        const client = await context.client()
        const answer = await client.objects.move(object, 'destroy', options.reason)
        await printObject(context, answer, 'destroyed')
      },
    )
  connectionOptions(command)
  examples(command, 'claviger object destroy old-password --yes')
}

async function assertMeant(
  context: Context,
  object: string,
  yes: boolean | undefined,
): Promise<void> {
  if (yes === true) return
  const { stdin, askYes } = context.environment
  if (!stdin.isTTY) throw usageError('destroying cannot be taken back; say --yes if it is meant')
  if (await askYes(`Destroy the content of ${object} now, for good?`)) return
  throw new CliError('failure', 'nothing was destroyed')
}

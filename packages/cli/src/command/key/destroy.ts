import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount, versionOption } from '../../options.ts'
import { printKey } from './described-key.ts'

interface Options {
  readonly window?: number
  readonly now?: boolean
  readonly yes?: boolean
  readonly reason?: string
  readonly version?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .option('--window <days>', 'days in which it can be cancelled; 30 if absent', parseCount)
    .option('--now', 'at once, for good: what it protects is lost')
    .option('--yes', 'do not ask; needed with --now where nobody can be asked')
    .option('--reason <text>', 'why, for the history')
  versionOption(command, 'this version only, at once').action((key: string, options: Options) =>
    destroy(context, key, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger key destroy old-payments',
    'claviger key destroy old-payments --window 7',
    'claviger key destroy old-payments --now --yes',
  )
}

async function destroy(context: Context, key: string, options: Options): Promise<void> {
  const { window, now, reason, version } = options
  if (now === true && window !== undefined && window !== 0) {
    throw usageError('--now and --window contradict each other')
  }
  const windowDays = now === true || version !== undefined ? 0 : window
  if (windowDays === 0) await assertMeant(context, key, options.yes)
  const client = await context.client()
  const answer = await client.keys.destroy(key, { windowDays, reason, version })
  await printKey(context, answer, windowDays === 0 ? 'destroyed' : 'destruction scheduled')
}

async function assertMeant(context: Context, key: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return
  const { stdin, askYes } = context.environment
  if (!stdin.isTTY) {
    throw usageError('destroying at once cannot be taken back; say --yes if it is meant')
  }
  const meant = await askYes(`Destroy ${key} now, and with it all that it protects, for good?`)
  if (!meant) throw new CliError('failure', 'nothing was destroyed')
}

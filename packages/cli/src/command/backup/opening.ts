import { decodeUtf8 } from '@claviger/bytes'
import type { KnownLog, Opening, ReadBackup } from '@claviger/server'
import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import { findProfile } from '../../connection/profile.ts'
import type { Context } from '../../context.ts'
import type { ExitReason } from '../../exit-code.ts'
import { readFileInput } from '../../file/input.ts'
import { readSecretText } from '../../file/secret-input.ts'
import { collect } from '../../options.ts'
import { facts } from '../../terminal/table.ts'
import { readLogKeys } from '../audit/verify.ts'

export interface OpeningOptions {
  readonly identity?: readonly string[]
  readonly passphraseFile?: string
  readonly key?: string
  readonly origin?: string
  readonly profile?: string
}

const IDENTITIES_BYTES_MAX = 64 * 1024

export function openingOptions(command: Command): Command {
  return command
    .option('--identity <file>', 'a file of age identities; may be repeated', collect)
    .option('--passphrase-file <file>', 'a file with the passphrase; `-` for standard input')
    .option('--key <file>', "the log's verifier keys, one a line; absent: the profile's")
    .option('--origin <name>', "the log's name; absent: that of its keys")
    .option('--profile <file>', 'the profile to use (CLAVIGER_PROFILE)')
}

/** What opens the backup: identities from files, or the passphrase, asked for where none is named. */
export async function readOpening(
  context: Context,
  { identity, passphraseFile }: OpeningOptions,
): Promise<Opening> {
  if (identity === undefined) {
    const question = 'Passphrase of the backup'
    const passphrase = await readSecretText(context, { file: passphraseFile, question })
    return { identities: [], passphrase }
  }
  if (passphraseFile !== undefined) throw usageError('give either an identity or a passphrase')
  const identities: string[] = []
  for (const file of identity) {
    const text = decodeUtf8(await readFileInput(context, file, IDENTITIES_BYTES_MAX))
    const lines = text.split('\n').map((line) => line.trim())
    identities.push(...lines.filter((line) => line !== '' && !line.startsWith('#')))
  }
  return { identities }
}

export function readKnownLog(context: Context, options: OpeningOptions): Promise<KnownLog> {
  const { env, cwd } = context.environment
  return readLogKeys(context, options, findProfile(cwd, options.profile ?? env['CLAVIGER_PROFILE']))
}

export function describeBackup({ manifest, manifestHash }: ReadBackup): string {
  const { backup, keeper, origin, version, takenAt, counts, entries } = manifest
  return facts([
    ['backup', backup],
    ['taken', new Date(takenAt).toISOString()],
    ['keeper', keeper],
    ['log', origin],
    ['entries', entries],
    ['records', counts.record],
    ['made by', `claviger ${version}`],
    ['manifest', manifestHash],
  ])
}

export function backupOnWire({ manifest, manifestHash }: ReadBackup): Record<string, unknown> {
  const { takenAt, ...rest } = manifest
  return { ...rest, takenAt: new Date(takenAt).toISOString(), manifest: manifestHash }
}

const REASONS: Readonly<Record<string, ExitReason>> = {
  'keeper-runs': 'conflict',
  'not-empty': 'conflict',
  older: 'conflict',
  'bad-identity': 'usage',
}

/** Says what speaks against a backup, with the status that scripts go by. */
export async function telling<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BackupError') throw error
    const { code } = error as Error & { readonly code: string }
    throw new CliError(REASONS[code] ?? 'verification-failed', error.message, { cause: error })
  }
}

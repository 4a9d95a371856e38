import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decodeUtf8 } from '@claviger/bytes'
import { TlogError, verifyLog, verifyTlogProof } from '@claviger/tlog'
import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import { findProfile, type Profile } from '../../connection/profile.ts'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { logFolder } from '../../file/log-folder.ts'
import { examples, jsonOption } from '../../options.ts'
import { facts } from '../../terminal/table.ts'
import { type KnownLog, parseVerifierKeys, sha256 } from './verifier-keys.ts'

interface Options {
  readonly log?: string
  readonly receipt?: string
  readonly checkpoint?: string
  readonly key?: string
  readonly origin?: string
  readonly profile?: string
}

const RECEIPT_BYTES_MAX = 2 * 1024 * 1024
const KEYS_BYTES_MAX = 64 * 1024

export function define(command: Command, context: Context): void {
  command
    .option('--log <folder>', "the log's folder, or a copy of it; absent: the profile's")
    .option('--receipt <file>', 'check this receipt alone')
    .option(
      '--checkpoint <file>',
      'check that the log begins with what this earlier checkpoint names',
    )
    .option('--key <file>', "the log's verifier keys, one a line; absent: the profile's")
    .option('--origin <name>', "the log's name; absent: that of its keys")
    .option('--profile <file>', 'the profile to use (CLAVIGER_PROFILE)')
  jsonOption(command).action(async (options: Options) => {
    const { env, cwd } = context.environment
    const profile = findProfile(cwd, options.profile ?? env['CLAVIGER_PROFILE'])
    const known = await readLogKeys(context, options, profile)
    if (options.receipt !== undefined) {
      if (options.log !== undefined || options.checkpoint !== undefined) {
        throw usageError('a receipt is checked alone; leave --log and --checkpoint out')
      }
      return verifyReceipt(context, options.receipt, known)
    }
    return verifyFolder(context, options, profile, known)
  })
  command.addHelpText(
    'after',
    '\nNo keeper is asked. What does not hold ends with status 8 and names the first entry that is wrong.',
  )
  examples(
    command,
    'claviger audit verify',
    'claviger audit verify --log /backup/log --key log.vkey --checkpoint monday.checkpoint',
    'claviger audit verify --receipt 42.receipt --key log.vkey',
  )
}

/** Of `--key`, or of the profile. */
export async function readLogKeys(
  context: Context,
  { key, origin }: Pick<Options, 'key' | 'origin'>,
  profile: Profile | undefined,
): Promise<KnownLog> {
  const file = key ?? profile?.logKeys
  if (file === undefined) throw usageError("name the file of the log's verifier keys with --key")
  const text = decodeUtf8(await readFileInput(context, file, KEYS_BYTES_MAX))
  const { verifiers, names } = parseVerifierKeys(text)
  const name = origin ?? names[0]
  if (name === undefined) throw usageError(`${file} holds no verifier key`)
  if (origin === undefined && new Set(names).size > 1) {
    throw usageError(`${file} holds keys of several names; say which log it is with --origin`)
  }
  return { verifiers, origin: name }
}

async function verifyReceipt(
  context: Context,
  file: string,
  { verifiers, origin }: KnownLog,
): Promise<void> {
  const bytes = await readFileInput(context, file, RECEIPT_BYTES_MAX)
  const proof = await verifyTlogProof(bytes, { sha256, verifiers, origin })
  const event = parseEntry(proof.entry)
  const { index, checkpoint } = proof
  const text = facts([
    ['entry', index],
    ['log', origin],
    ['size then', checkpoint.size],
    ['signatures', checkpoint.verified.length],
    ['says', typeof event === 'string' ? event : JSON.stringify(event, undefined, 2)],
  ])
  await context.print(
    { verified: true, index, origin, size: checkpoint.size, event },
    `${context.paint('good', 'verified')}: the entry is in the log\n${text}`,
  )
}

async function verifyFolder(
  context: Context,
  options: Options,
  profile: Profile | undefined,
  { verifiers, origin }: KnownLog,
): Promise<void> {
  const { cwd } = context.environment
  const folder = options.log === undefined ? profile?.log : resolve(cwd, options.log)
  if (folder === undefined) throw usageError("name the log's folder with --log")
  if (!existsSync(join(folder, 'checkpoint'))) {
    throw new CliError('not-found', `${folder} is not the folder of a log: it has no checkpoint`)
  }
  const saved =
    options.checkpoint === undefined ? undefined : readFileSync(resolve(cwd, options.checkpoint))
  try {
    const result = await verifyLog({
      source: logFolder(folder),
      sha256,
      verifiers,
      origin,
      saved,
    })
    const { entries, tiles, bundles, checkpoint } = result
    await context.print(
      { verified: true, folder, origin, entries, tiles, bundles, savedSize: result.saved?.size },
      `${context.paint('good', 'verified')}: every entry is where the signed checkpoint says\n${facts(
        [
          ['log', origin],
          ['folder', folder],
          ['entries', entries],
          ['signatures', checkpoint.verified.length],
          ['continues', result.saved && `the checkpoint of size ${result.saved.size}`],
        ],
      )}`,
    )
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new CliError('verification-failed', `the log does not verify: ${error.message}`, {
      cause: error,
    })
  }
}

function parseEntry(entry: Uint8Array): unknown {
  const text = decodeUtf8(entry)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

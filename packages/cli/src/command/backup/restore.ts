import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { decodeUtf8 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { openInput, readFileInput } from '../../file/input.ts'
import { collect, examples, jsonOption } from '../../options.ts'
import {
  backupOnWire,
  describeBackup,
  type OpeningOptions,
  openingOptions,
  readKnownLog,
  readOpening,
  telling,
} from './opening.ts'

interface Options extends OpeningOptions {
  readonly into: string
  readonly checkpoint?: readonly string[]
  readonly tombstones?: readonly string[]
  readonly replaces?: string
  readonly acceptOlder?: boolean
  readonly acceptForeign?: boolean
}

const CHECKPOINT_BYTES_MAX = 1024 * 1024
const TOMBSTONES_BYTES_MAX = 256 * 1024 * 1024

export function define(command: Command, context: Context): void {
  openingOptions(jsonOption(command).argument('<file>', '`-` for standard input'))
    .requiredOption(
      '--into <folder>',
      "the keeper's folder to make; what it keeps goes below data/",
    )
    .option(
      '--checkpoint <file>',
      'a signed checkpoint that was kept: the backup must not be older; may be repeated; those beside the backup (*.checkpoint) count too',
      collect,
    )
    .option(
      '--tombstones <file>',
      'what had ended, by `claviger backup tombstones`: it ends again; may be repeated',
      collect,
    )
    .option(
      '--replaces <folder>',
      'the folder of the keeper that this one takes the place of: what had ended there ends again',
    )
    .option('--accept-older', 'take a backup that is older, and lose what happened since')
    .option('--accept-foreign', 'take a backup of a keeper whose log keys you do not have')
    .action((file: string, options: Options) => restore(context, file, options))
  command.addHelpText(
    'after',
    '\nThe folder is there only once the backup has been read to its end and found whole. The keeper in it is\n' +
      'sealed: it is unsealed by what opened the seal when the backup was made.',
  )
  examples(
    command,
    'claviger backup restore monday.backup --into /var/lib/claviger --identity me.age --key log.vkey',
  )
}

async function restore(context: Context, file: string, options: Options): Promise<void> {
  const { into, acceptOlder, acceptForeign } = options
  const known = acceptForeign === true ? undefined : await readKnownLog(context, options)
  const checkpoints: Uint8Array[] = []
  for (const kept of options.checkpoint ?? []) {
    checkpoints.push(await readFileInput(context, kept, CHECKPOINT_BYTES_MAX))
  }
  const foundCheckpoints = checkpointsBeside(context, file)
  const tombstones: string[] = []
  for (const ended of options.tombstones ?? []) {
    tombstones.push(decodeUtf8(await readFileInput(context, ended, TOMBSTONES_BYTES_MAX)))
  }
  const { cwd } = context.environment
  const replaces = options.replaces === undefined ? undefined : resolve(cwd, options.replaces)
  const input = openInput(context, file)
  const opening = await readOpening(context, options)
  const folder = resolve(cwd, into)
  const { restoreBackup } = await import('@claviger/server')
  const read = await telling(() =>
    restoreBackup(folder, input.open(), opening, {
      known,
      checkpoints,
      foundCheckpoints,
      tombstones,
      replaces,
      acceptOlder: acceptOlder === true,
    }),
  )
  await context.print(
    { restored: true, folder, ...backupOnWire(read) },
    `${context.paint('good', 'restored')} into ${folder}; start the keeper and unseal it\n${describeBackup(read)}`,
  )
}

/** Files that end in `.checkpoint` in the folder of the backup: whoever keeps them there means something by it. */
function checkpointsBeside(context: Context, file: string): readonly Uint8Array[] {
  if (file === '-') return []
  const folder = dirname(resolve(context.environment.cwd, file))
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.checkpoint'))
    .map(({ name }) => join(folder, name))
    .filter((path) => statSync(path).size <= CHECKPOINT_BYTES_MAX)
    .map((path) => readFileSync(path))
}

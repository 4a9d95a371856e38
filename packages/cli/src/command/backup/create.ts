import { resolve } from 'node:path'
import { decodeUtf8 } from '@claviger/bytes'
import type { CreateBackupRequest } from '@claviger/client'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { assertFree, writeAtomically } from '../../file/atomic-file.ts'
import { readFileInput } from '../../file/input.ts'
import { readNewPassphrase } from '../../file/secret-input.ts'
import { collect, connectionOptions, examples } from '../../options.ts'
import { facts } from '../../terminal/table.ts'
import { size } from '../../terminal/text.ts'

interface Options {
  readonly recipient?: readonly string[]
  readonly recipientsFile?: string
  readonly passphraseFile?: string
  readonly out: string
  readonly force?: boolean
}

const RECIPIENTS_BYTES_MAX = 64 * 1024

export function define(command: Command, context: Context): void {
  command
    .requiredOption('-o, --out <file>', 'the file to write')
    .option('--force', 'replace a file that is there')
    .option('--recipient <recipient>', 'who can open it: age1…; may be repeated', collect)
    .option('--recipients-file <file>', 'recipients, one a line')
    .option('--passphrase-file <file>', 'a file with a passphrase instead; `-` for standard input')
    .action((options: Options) => create(context, options))
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nWithout recipients it asks for a passphrase. The file is there only once it is whole. What opens the\n' +
      'seal (shares, passphrase, key file) is never in it.',
  )
  examples(
    command,
    'claviger backup create --recipient age1… -o monday.backup',
    'claviger backup create --recipients-file board.txt -o monday.backup',
  )
}

async function create(context: Context, options: Options): Promise<void> {
  const { out, force } = options
  const path = resolve(context.environment.cwd, out)
  assertFree(path, force)
  const request = await readSealing(context, options)
  const client = await context.client()
  const { pieces, entry } = await client.backups.create(request)
  const bytes = await writeAtomically(path, pieces, { force })
  await context.print(
    { file: path, bytes, entry },
    `${context.paint('good', 'written')}\n${facts([
      ['file', out],
      ['size', size(bytes)],
      ['entry', entry],
    ])}`,
  )
}

async function readSealing(
  context: Context,
  { recipient = [], recipientsFile, passphraseFile }: Options,
): Promise<CreateBackupRequest> {
  const recipients = [...recipient, ...(await readRecipients(context, recipientsFile))]
  if (recipients.length === 0) {
    return { passphrase: await readNewPassphrase(context, passphraseFile) }
  }
  if (passphraseFile !== undefined) throw usageError('give either recipients or a passphrase')
  return { recipients }
}

/** As age has them: empty lines and those that begin with # are skipped. */
async function readRecipients(
  context: Context,
  file: string | undefined,
): Promise<readonly string[]> {
  if (file === undefined) return []
  const text = decodeUtf8(await readFileInput(context, file, RECIPIENTS_BYTES_MAX))
  const lines = text.split('\n').map((line) => line.trim())
  const found = lines.filter((line) => line !== '' && !line.startsWith('#'))
  if (found.length === 0) throw usageError(`${file} holds no recipient`)
  return found
}

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { assertFree, writeAtomically } from '../../file/atomic-file.ts'
import { startEncryption } from '../../file/encrypted-file.ts'
import { type Input, openInput, readInput } from '../../file/input.ts'
import {
  connectionOptions,
  contextOption,
  examples,
  mechanismOption,
  outOption,
} from '../../options.ts'
import { counted, startProgress } from '../../terminal/progress.ts'
import { PAYLOAD_BYTES_MAX } from './data-limits.ts'

interface Options {
  readonly out?: string
  readonly force?: boolean
  readonly context?: Readonly<Record<string, string>>
  readonly mechanism?: string
  readonly envelope?: boolean
}

export const ENCRYPTED_SUFFIX = '.clv'

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key')
    .argument('[file]', 'what to encrypt; standard input if absent or `-`')
    .option('--envelope', 'encrypt in the keeper and write one line of text; up to 4 MiB')
  outOption(command, 'the encrypted file; absent: FILE.clv, or standard output')
  mechanismOption(contextOption(command)).action(
    (key: string, file: string | undefined, options: Options) =>
      options.envelope === true
        ? encryptEnvelope(context, key, openInput(context, file), options)
        : encryptFile(context, key, openInput(context, file), options),
  )
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nA file of any size is encrypted here, as it is read, under a fresh data key that the keeper wraps;\n' +
      'docs/spec/encrypted-file.md says how.',
  )
  examples(
    command,
    'claviger encrypt payments report.pdf',
    'claviger encrypt payments report.pdf -o safe/report.clv --context case=4711',
    'tar c folder | claviger encrypt backups > folder.tar.clv',
    "printf 'a short secret' | claviger encrypt payments --envelope",
  )
}

async function encryptFile(
  context: Context,
  key: string,
  input: Input,
  options: Options,
): Promise<void> {
  const { stdout, stderr, cwd } = context.environment
  const out =
    options.out ?? (input.path === undefined ? undefined : `${input.name}${ENCRYPTED_SUFFIX}`)
  if (out === undefined && context.isJson) throw usageError('name the encrypted file with -o')
  if (out !== undefined && out !== '-') assertFree(resolve(cwd, out), options.force)
  const client = await context.client()
  const { context: facts, mechanism } = options
  const { header, entry, encrypt } = await startEncryption(client, {
    key,
    context: facts,
    mechanism,
  })
  const progress = startProgress(stderr, input.name, input.sizeBytes)
  const ciphertext = encrypt(counted(input.open(), progress))
  if (out === undefined || out === '-') {
    for await (const piece of ciphertext) await stdout.write(piece)
    return
  }
  const path = resolve(cwd, out)
  const bytes = await writeAtomically(path, ciphertext, { force: options.force })
  const { version, mechanism: wrappedBy, key: id } = header.dataKey
  const answer = {
    file: path,
    bytes,
    key: id,
    version,
    mechanism: wrappedBy,
    aead: header.aead,
    entry,
  }
  await context.print(
    answer,
    `${context.paint('good', 'encrypted')} ${out} under ${key} version ${version}`,
  )
}

async function encryptEnvelope(
  context: Context,
  key: string,
  input: Input,
  options: Options,
): Promise<void> {
  const plaintext = await readInput(input, PAYLOAD_BYTES_MAX, 'leave --envelope out for more')
  const { context: facts, mechanism, out, force } = options
  try {
    const client = await context.client()
    const answer = await client.encrypt(key, { plaintext, context: facts, mechanism })
    if (out === undefined || out === '-') return await context.print(answer, answer.ciphertext)
    const path = resolve(context.environment.cwd, out)
    await writeAtomically(path, [Buffer.from(`${answer.ciphertext}\n`)], { force })
    await context.print({ ...answer, file: path }, `${context.paint('good', 'encrypted')} ${out}`)
  } finally {
    plaintext.fill(0)
  }
}

import { resolve } from 'node:path'
import { decodeCiphertextText } from '@claviger/envelope'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import {
  type Peeked,
  peek,
  splitFile,
  startDecryption,
  startEncryption,
  startsAsFile,
} from '../../file/encrypted-file.ts'
import { type Input, openInput } from '../../file/input.ts'
import { connectionOptions, contextOption, examples, outOption, riskOption } from '../../options.ts'
import { counted, startProgress } from '../../terminal/progress.ts'
import { readEnvelopeText } from './decrypt.ts'

interface Options {
  readonly to?: string
  readonly out?: string
  readonly force?: boolean
  readonly context?: Readonly<Record<string, string>>
  readonly acknowledgeRisk?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('[file]', 'an encrypted file or an envelope; standard input if absent or `-`')
    .option('--to <key>', 'the key to move to; absent: the same, in its current version')
  outOption(command, 'write it here; absent: in place, or to standard output')
  riskOption(contextOption(command)).action(async (file: string | undefined, options: Options) => {
    const input = openInput(context, file)
    const peeked = await peek(input.open())
    if (startsAsFile(peeked.head)) return reEncryptFile(context, input, peeked, options)
    return reEncryptEnvelope(context, input, peeked, options)
  })
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nAn envelope is moved inside the keeper. A file is decrypted and encrypted again here, as it is read,\n' +
      'under a fresh data key; the old file is replaced only once the new one is whole.',
  )
  examples(
    command,
    'claviger re-encrypt report.pdf.clv',
    'claviger re-encrypt report.pdf.clv --to archive -o report.archive.clv',
  )
}

async function reEncryptFile(
  context: Context,
  input: Input,
  peeked: Peeked,
  options: Options,
): Promise<void> {
  const { stdout, stderr } = context.environment
  const client = await context.client()
  const progress = startProgress(stderr, input.name, input.sizeBytes)
  const file = splitFile({ head: peeked.head, whole: counted(peeked.whole, progress) })
  const { context: facts, acknowledgeRisk } = options
  const old = await startDecryption(client, file, { context: facts, acknowledgeRisk })
  const { key } = old.header.dataKey
  const { header, entry, encrypt } = await startEncryption(client, {
    key: options.to ?? key,
    context: facts,
  })
  const ciphertext = encrypt(old.plaintext)
  const target = targetOf(context, input, options)
  if (target === undefined) {
    if (context.isJson) throw usageError('name the new file with -o')
    for await (const piece of ciphertext) await stdout.write(piece)
    return
  }
  const bytes = await writeAtomically(target.path, ciphertext, { force: target.force })
  const { key: newKey, version } = header.dataKey
  await context.print(
    {
      file: target.path,
      bytes,
      key: newKey,
      version,
      sourceKey: key,
      sourceVersion: old.header.dataKey.version,
      entry,
    },
    `${context.paint('good', 're-encrypted')} ${target.name}: version ${old.header.dataKey.version} -> ${version}`,
  )
}

async function reEncryptEnvelope(
  context: Context,
  input: Input,
  peeked: Peeked,
  options: Options,
): Promise<void> {
  const ciphertext = await readEnvelopeText(peeked)
  const { key } = decodeCiphertextText(ciphertext)
  const { context: facts, to, acknowledgeRisk } = options
  const client = await context.client()
  const answer = await client.reEncrypt(
    key,
    { ciphertext, context: facts, destinationContext: facts, destinationKey: to },
    { acknowledgeRisk },
  )
  const target = targetOf(context, input, options)
  if (target === undefined) return context.print(answer, answer.ciphertext)
  await writeAtomically(target.path, [Buffer.from(`${answer.ciphertext}\n`)], {
    force: target.force,
  })
  await context.print(
    { ...answer, file: target.path },
    `${context.paint('good', 're-encrypted')} ${target.name}: version ${answer.sourceVersion} -> ${answer.version}`,
  )
}

/** In place replaces what was read; another file is replaced only with --force. */
function targetOf(
  context: Context,
  input: Input,
  { out, force }: Options,
): { readonly path: string; readonly name: string; readonly force: boolean } | undefined {
  if (out !== undefined && out !== '-') {
    return { path: resolve(context.environment.cwd, out), name: out, force: force === true }
  }
  return out === '-' || input.path === undefined
    ? undefined
    : { path: input.path, name: input.name, force: true }
}

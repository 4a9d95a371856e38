import { resolve } from 'node:path'
import { decodeUtf8 } from '@claviger/bytes'
import { decodeCiphertextText } from '@claviger/envelope'
import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { assertFree, writeAtomically } from '../../file/atomic-file.ts'
import {
  type Peeked,
  peek,
  splitFile,
  startDecryption,
  startsAsFile,
} from '../../file/encrypted-file.ts'
import { type Input, openInput } from '../../file/input.ts'
import { connectionOptions, contextOption, examples, outOption, riskOption } from '../../options.ts'
import { counted, startProgress } from '../../terminal/progress.ts'
import { PAYLOAD_BYTES_MAX } from './data-limits.ts'
import { ENCRYPTED_SUFFIX } from './encrypt.ts'

interface Options {
  readonly out?: string
  readonly force?: boolean
  readonly context?: Readonly<Record<string, string>>
  readonly under?: string
  readonly acknowledgeRisk?: boolean
}

/** Base64url of the largest envelope that a call takes, and room for its header. */
const ENVELOPE_CHARACTERS_MAX = 2 * PAYLOAD_BYTES_MAX

export function define(command: Command, context: Context): void {
  command
    .argument('[file]', 'what to decrypt; standard input if absent or `-`')
    .option('--under <key>', 'refuse unless it is encrypted under this key')
  outOption(command, 'the decrypted file; absent: FILE without .clv, or standard output')
  riskOption(contextOption(command)).action((file: string | undefined, options: Options) =>
    decrypt(context, openInput(context, file), options),
  )
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nWhich key it is says the file itself. What was changed or cut off ends with status 8, and no file is\n' +
      'written; on standard output only verified pieces appear, so throw away what came before such an end.',
  )
  examples(
    command,
    'claviger decrypt report.pdf.clv',
    'claviger decrypt report.pdf.clv -o copy.pdf --context case=4711',
    'claviger decrypt < folder.tar.clv | tar x',
  )
}

async function decrypt(context: Context, input: Input, options: Options): Promise<void> {
  const { cwd, stdout } = context.environment
  const out = options.out ?? withoutSuffix(input)
  if (out !== undefined && out !== '-') assertFree(resolve(cwd, out), options.force)
  const peeked = await peek(input.open())
  const { plaintext, facts } = startsAsFile(peeked.head)
    ? await openFile(context, input, peeked, options)
    : await openEnvelope(context, peeked, options)
  if (out === undefined || out === '-') {
    if (context.isJson) throw usageError('name the decrypted file with -o')
    return writeVerified(stdout.write.bind(stdout), plaintext)
  }
  const path = resolve(cwd, out)
  const bytes = await writeAtomically(path, plaintext, { force: options.force })
  await context.print(
    { file: path, bytes, ...facts },
    `${context.paint('good', 'decrypted')} ${out}`,
  )
}

interface Opened {
  readonly plaintext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  readonly facts: { readonly key: string; readonly version: number }
}

async function openFile(
  context: Context,
  input: Input,
  peeked: Peeked,
  options: Options,
): Promise<Opened> {
  const progress = startProgress(context.environment.stderr, input.name, input.sizeBytes)
  const file = splitFile({ head: peeked.head, whole: counted(peeked.whole, progress) })
  const { context: facts, under, acknowledgeRisk } = options
  const client = await context.client()
  const { header, plaintext } = await startDecryption(client, file, {
    key: under,
    context: facts,
    acknowledgeRisk,
  })
  const { key, version } = header.dataKey
  return { plaintext, facts: { key, version } }
}

async function openEnvelope(context: Context, peeked: Peeked, options: Options): Promise<Opened> {
  const ciphertext = await readEnvelopeText(peeked)
  const { key } = decodeCiphertextText(ciphertext)
  const client = await context.client()
  const { plaintext, version } = await client.decrypt(
    options.under ?? key,
    { ciphertext, context: options.context },
    { acknowledgeRisk: options.acknowledgeRisk },
  )
  return { plaintext: [plaintext], facts: { key, version } }
}

/** The `clv1:` line that a source holds, or a message that it is nothing of ours. */
export async function readEnvelopeText({ whole }: Peeked): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of whole) {
    length += piece.length
    if (length > ENVELOPE_CHARACTERS_MAX) throw notOurs()
    pieces.push(piece)
  }
  const bytes = Buffer.concat(pieces)
  if (bytes.subarray(0, 5).toString('latin1') !== 'clv1:') throw notOurs()
  return decodeUtf8(bytes).trim()
}

function notOurs(): CliError {
  return new CliError(
    'failure',
    'this is neither a file that claviger encrypted nor an envelope; `claviger inspect` says more',
  )
}

async function writeVerified(
  write: (piece: Uint8Array) => Promise<void>,
  plaintext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  let written = 0
  try {
    for await (const piece of plaintext) {
      await write(piece)
      written += piece.length
    }
  } catch (error) {
    if (!(error instanceof CliError) || written === 0) throw error
    throw new CliError(
      error.reason,
      `${error.message}; the ${written} bytes written are a true beginning, not the whole: throw them away`,
    )
  }
}

function withoutSuffix({ path, name }: Input): string | undefined {
  if (path === undefined) return undefined
  if (name.endsWith(ENCRYPTED_SUFFIX)) return name.slice(0, -ENCRYPTED_SUFFIX.length)
  throw usageError(`say where to with -o; ${name} does not end in ${ENCRYPTED_SUFFIX}`)
}

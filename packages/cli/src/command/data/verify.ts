import { decodeBase64 } from '@claviger/bytes'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { type Input, openInput, readFileInput } from '../../file/input.ts'
import { connectionOptions, examples, riskOption, versionOption } from '../../options.ts'
import { SMALL_BYTES_MAX } from './data-limits.ts'
import { messageToSign } from './message-to-sign.ts'
import { SIGNATURE_SUFFIX } from './sign.ts'
import { signingFields, type SigningOptions, signingOptions } from './signing-options.ts'

interface Options extends SigningOptions {
  readonly signature?: string
  readonly signatureFile?: string
  readonly version?: number
  readonly acknowledgeRisk?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key')
    .argument('[file]', 'what was signed; standard input if absent or `-`')
    .option('--signature-file <file>', 'the signature; absent: FILE.sig')
    .option('--signature <base64>', 'the signature itself')
  versionOption(command, 'the version that signed; absent: the current one')
  riskOption(signingOptions(command)).action(
    async (key: string, file: string | undefined, options: Options) => {
      const input = openInput(context, file)
      const signature = await signatureOf(context, input, options)
      const client = await context.client()
      const { mechanism, version, acknowledgeRisk } = options
      const message = await messageToSign(context, client, { key, input, mechanism })
      const answer = await client.verify(
        key,
        { ...message, ...signingFields(options), signature, version },
        { acknowledgeRisk },
      )
      await printVerdict(context, answer, 'signature')
    },
  )
  connectionOptions(command)
  examples(
    command,
    'claviger verify release app.tar.gz',
    'claviger verify release app.tar.gz --signature-file app.sig --version 3',
  )
}

async function signatureOf(context: Context, input: Input, options: Options): Promise<Uint8Array> {
  const { signature, signatureFile } = options
  if (signature !== undefined) return decodeBase64(signature)
  const file =
    signatureFile ?? (input.path === undefined ? undefined : `${input.name}${SIGNATURE_SUFFIX}`)
  if (file === undefined) throw usageError('name the signature with --signature-file')
  return readFileInput(context, file, SMALL_BYTES_MAX)
}

/** What is not valid ends with status 8, whatever else was said. */
export async function printVerdict(
  context: Context,
  answer: { readonly valid: boolean; readonly version: number },
  what: string,
): Promise<void> {
  const { valid, version } = answer
  const text = valid
    ? `${context.paint('good', 'valid')} ${what} by version ${version}`
    : `${context.paint('bad', 'not valid')}: this is no ${what} of the data by version ${version}`
  await context.print(answer, text)
  if (!valid) context.endWith('verification-failed')
}

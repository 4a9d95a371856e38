import { encodeUtf8 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { challengeOf } from '../../file/passkey-file.ts'
import { printBytes } from '../../file/output.ts'
import { connectionOptions, examples, outOption } from '../../options.ts'
import { describeContent, readApproval } from './described-approval.ts'

interface Options {
  readonly out?: string
  readonly force?: boolean
  readonly challenge?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<approval>', 'id of the request')
    .option('--challenge', 'its hash instead, in base64url: what a passkey is asked to sign')
  outOption(command, 'write it into this file').action((id: string, options: Options) =>
    writeStatement(context, id, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger approval statement 0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77 -o request.txt',
  )
}

/** The text to the byte, for a signature made elsewhere; what it is about goes to standard error. */
async function writeStatement(context: Context, id: string, options: Options): Promise<void> {
  const client = await context.client()
  const { verified } = await readApproval(client, id)
  const { principal } = await client.whoami()
  const statement = verified.statementOf(principal)
  if (context.isJson && options.out === undefined) {
    const challenge = await challengeOf(statement)
    const { digest, content: request } = verified
    return context.print({ statement, challenge, digest, request }, '')
  }
  await context.note(describeContent(verified))
  const text = options.challenge === true ? await challengeOf(statement) : statement
  const bytes = encodeUtf8(text)
  await printBytes(context, { ...options, encoding: 'raw' }, { value: { statement }, bytes })
}

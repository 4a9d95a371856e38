import type { ApproveRequest, VerifiedApproval } from '@claviger/client'
import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readApproverPrivateKey } from '../../file/approver-key.ts'
import { readFileInput } from '../../file/input.ts'
import { readAssertion } from '../../file/passkey-file.ts'
import {
  openTokenKey,
  type Pkcs11PinOptions,
  pkcs11Options,
  tokenKeyOf,
} from '../../file/pkcs11-key.ts'
import { connectionOptions, examples } from '../../options.ts'
import { shown } from '../../terminal/text.ts'
import { describeContent, printDecision, readApproval } from './described-approval.ts'

interface Options extends Pkcs11PinOptions {
  readonly approverKey?: string
  readonly signatureFile?: string
  readonly assertion?: string
  readonly approverKeyId?: string
  readonly yes?: boolean
}

const SIGNATURE_BYTES_MAX = 1_024

export function define(command: Command, context: Context): void {
  command
    .argument('<approval>', 'id of the request')
    .option('--approver-key <file>', 'your private key, PEM: it signs here and is not sent')
    .option('--signature-file <file>', 'a signature over `approval statement` made elsewhere')
    .option('--assertion <file>', 'what `toJSON()` of an assertion by your passkey gives')
    .option('--approver-key-id <id>', 'which key of yours made the signature or the assertion')
    .option('--yes', 'do not ask; needed where nobody can be asked')
  pkcs11Options(command)
    .option('--pin-file <file>', "the token's PIN; absent: CLAVIGER_PKCS11_PIN, or it is asked for")
    .action((id: string, options: Options) => approve(context, id, options))
  connectionOptions(command)
  examples(
    command,
    'claviger approval approve 0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77 --approver-key ann.key',
    'claviger approval approve 0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77 --pkcs11-module /usr/lib/opensc-pkcs11.so --token-label ann --key-label approvals',
  )
}

async function approve(context: Context, id: string, options: Options): Promise<void> {
  assertOneWay(context, options)
  const { stdin } = context.environment
  if (options.yes !== true && !stdin.isTTY) {
    throw usageError('read it with `approval show`, and say --yes if it is meant')
  }
  const client = await context.client()
  const { verified } = await readApproval(client, id)
  await context.note(describeContent(verified))
  const { principal } = await client.whoami()
  await assertMeant(context, verified, options.yes)
  const request = await signedBy(context, options, verified.statementOf(principal))
  await printDecision(context, await client.approvals.approve(id, request), 'approved')
}

function assertOneWay({ environment }: Context, options: Options): void {
  const { approverKey, signatureFile, assertion, approverKeyId, pinFile } = options
  const token = tokenKeyOf(environment, options) !== undefined
  const elsewhere = signatureFile !== undefined || assertion !== undefined
  const ways = [
    approverKey !== undefined,
    token,
    signatureFile !== undefined,
    assertion !== undefined,
  ]
  const isOne = ways.filter(Boolean).length === 1
  if (!isOne || elsewhere !== (approverKeyId !== undefined) || (pinFile !== undefined && !token)) {
    throw usageError(
      'sign with --approver-key or --pkcs11-module, or bring --approver-key-id and --signature-file or --assertion',
    )
  }
}

async function signedBy(
  context: Context,
  options: Options,
  statement: string,
): Promise<ApproveRequest> {
  const { approverKey, signatureFile = '', assertion, approverKeyId = '', pinFile } = options
  if (assertion !== undefined) {
    return { key: approverKeyId, ...(await readAssertion(context, assertion, statement)) }
  }
  const token = tokenKeyOf(context.environment, options)
  if (approverKey === undefined && token === undefined) {
    const signature = await readFileInput(context, signatureFile, SIGNATURE_BYTES_MAX)
    return { key: approverKeyId, signature }
  }
  const key =
    token === undefined
      ? await readApproverPrivateKey(context, approverKey ?? '')
      : await openTokenKey(context, token, pinFile)
  return { key: key.id, signature: await key.sign(statement) }
}

async function assertMeant(
  context: Context,
  { content }: VerifiedApproval,
  yes: boolean | undefined,
): Promise<void> {
  if (yes === true) return
  const { action, target, requester } = content
  const what = `${action} on ${target.kind} ${target.name} for ${requester.name}`
  if (await context.environment.askYes(`Sign for ${shown(what)}?`)) return
  throw new CliError('failure', 'nothing was signed')
}

import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readApproverPublicKey } from '../../file/approver-key.ts'
import { readPasskey } from '../../file/passkey-file.ts'
import {
  pkcs11Options,
  type Pkcs11Options,
  readTokenPublicKey,
  tokenKeyOf,
} from '../../file/pkcs11-key.ts'
import { collect, connectionOptions, examples, parseCount } from '../../options.ts'
import { printPrincipal } from './described-principal.ts'

interface Options extends Pkcs11Options {
  readonly approverKey?: readonly string[]
  readonly passkey?: readonly string[]
  readonly approverKeys: boolean
  readonly revision?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<principal>', 'name or id')
    .option(
      '--approver-key <file>',
      'a public key that it signs approvals by, PEM: replaces all; may be repeated',
      collect,
    )
    .option(
      '--passkey <file>',
      'what `toJSON()` of a new passkey gives, beside the keys; may be repeated',
      collect,
    )
    .option('--no-approver-keys', 'take all of its keys away')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
  pkcs11Options(command).action((principal: string, options: Options) =>
    enroll(context, principal, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger principal enroll ann --approver-key ann.key.pub',
    'claviger principal enroll ann --pkcs11-module /usr/lib/opensc-pkcs11.so --token-label ann --key-label approvals',
  )
}

async function enroll(context: Context, principal: string, options: Options): Promise<void> {
  const { approverKey: files = [], passkey: made = [], revision } = options
  const token = tokenKeyOf(context.environment, options)
  const isNone = files.length + made.length === 0 && token === undefined
  if (options.approverKeys === isNone) {
    throw usageError(
      'name keys with --approver-key, --pkcs11-module or --passkey, or take all away with --no-approver-keys',
    )
  }
  const keys = await Promise.all(files.map((file) => readApproverPublicKey(context, file)))
  if (token !== undefined) keys.push(await readTokenPublicKey(context, token))
  const passkeys = await Promise.all(made.map((file) => readPasskey(context, file)))
  const client = await context.client()
  const spki = keys.map((key) => key.spki)
  const answer = await client.principals.enroll(principal, spki, {
    expectedRevision: revision,
    ...(passkeys.length > 0 && { passkeys }),
  })
  await printPrincipal(context, answer, 'enrolled')
}

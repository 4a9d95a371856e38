import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readApproverPublicKey } from '../../file/approver-key.ts'
import { collect, connectionOptions, examples, parseCount } from '../../options.ts'
import { printPrincipal } from './described-principal.ts'

interface Options {
  readonly approverKey?: readonly string[]
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
    .option('--no-approver-keys', 'take all of its keys away')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action((principal: string, options: Options) => enroll(context, principal, options))
  connectionOptions(command)
  examples(command, 'claviger principal enroll ann --approver-key ann.key.pub')
}

async function enroll(context: Context, principal: string, options: Options): Promise<void> {
  const { approverKey: files = [], approverKeys: wantsKeys, revision } = options
  if (wantsKeys === (files.length === 0)) {
    throw usageError('name keys with --approver-key, or take all away with --no-approver-keys')
  }
  const keys = await Promise.all(files.map((file) => readApproverPublicKey(context, file)))
  const client = await context.client()
  const spki = keys.map((key) => key.spki)
  const answer = await client.principals.enroll(principal, spki, { expectedRevision: revision })
  await printPrincipal(context, answer, 'enrolled')
}

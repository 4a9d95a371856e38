import type { Role } from '@claviger/client'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { collect, connectionOptions, examples, parseCount } from '../../options.ts'
import { readCertificates } from './create.ts'
import { printPrincipal, ROLES } from './described-principal.ts'

interface Options {
  readonly role?: readonly Role[]
  readonly disable?: boolean
  readonly enable?: boolean
  readonly certificate?: readonly string[]
  readonly certificates: boolean
  readonly revision?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<principal>', 'name or id')
    .option('--role <role>', `replaces the roles: ${ROLES.join(', ')}; may be repeated`, collect)
    .option('--disable', 'let it in no more')
    .option('--enable', 'let it in again')
    .option('--certificate <file>', 'replaces the client certificates; may be repeated', collect)
    .option('--no-certificates', 'take all client certificates away')
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action((principal: string, options: Options) => update(context, principal, options))
  connectionOptions(command)
  examples(
    command,
    'claviger principal update alice --role auditor',
    'claviger principal update backup-job --disable',
  )
}

async function update(context: Context, principal: string, options: Options): Promise<void> {
  const { role, disable, enable, certificate, revision } = options
  if (disable === true && enable === true) {
    throw usageError('--disable and --enable contradict each other')
  }
  const certificates = options.certificates ? await readCertificates(context, certificate) : []
  const disabled = disable === true ? true : enable === true ? false : undefined
  if (role === undefined && disabled === undefined && certificates === undefined) {
    throw usageError('say what to change')
  }
  const client = await context.client()
  const answer = await client.principals.update(
    principal,
    { roles: role, disabled, certificates },
    { expectedRevision: revision },
  )
  await printPrincipal(context, answer, 'updated')
}

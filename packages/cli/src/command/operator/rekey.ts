import { resolve } from 'node:path'
import type { ClavigerClient, SealStatus } from '@claviger/client'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { collect, connectionOptions, examples } from '../../options.ts'
import {
  type CredentialOptions,
  credentialOptions,
  type MethodOptions,
  methodOptions,
  readAuthorization,
  readMethod,
  readShares,
} from './credentials.ts'
import { describeSeal } from './described-seal.ts'
import { giveShares, makeFolder } from './new-shares.ts'

interface Options extends CredentialOptions, MethodOptions {
  readonly out?: string
  readonly confirm?: boolean
  readonly cancel?: boolean
  readonly newShareFile?: readonly string[]
}

export function define(command: Command, context: Context): void {
  methodOptions(credentialOptions(command))
    .option('--out <folder>', 'write the new shares into this folder instead of showing them')
    .option('--confirm', 'put new shares in force by giving a threshold of them')
    .option(
      '--new-share-file <file>',
      'a file with new shares, for --confirm; may be repeated',
      collect,
    )
    .option('--cancel', 'forget new shares that were not confirmed')
    .action(async (options: Options) => {
      const client = await context.client()
      if (options.cancel === true) return show(context, await client.seal.cancelRekey())
      if (options.confirm === true) return confirm(context, client, options)
      return rekey(context, client, options)
    })
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nIt takes what opens the present seal. New shares take force only once a threshold of them has come\n' +
      'back with --confirm, so that shares that never arrived cannot lock the keeper.',
  )
  examples(
    command,
    'claviger operator rekey --shares 7 --threshold 4 --out new-shares',
    'claviger operator rekey --confirm',
    'claviger operator rekey --cancel',
  )
}

async function rekey(context: Context, client: ClavigerClient, options: Options): Promise<void> {
  const present = await client.seal.status()
  const authorization = await readAuthorization(context, options, present)
  const method = await readMethod(context, options)
  if (options.out !== undefined) makeFolder(resolve(context.environment.cwd, options.out))
  const answer = await client.seal.rekey({ method, authorization })
  if (context.isJson && options.out === undefined) return context.print(answer, '')
  const shares = await giveShares(context, answer, options.out)
  const next =
    answer.status.pending === undefined
      ? ''
      : 'The old seal is in force until `claviger operator rekey --confirm` has seen new shares.'
  const { shares: _shares, ...rest } = answer
  const human = [describeSeal(context, answer.status), shares, next]
  await context.print(
    { ...rest, folder: options.out },
    human.filter((text) => text !== '').join('\n\n'),
  )
}

async function confirm(context: Context, client: ClavigerClient, options: Options): Promise<void> {
  const { pending } = await client.seal.status()
  if (pending === undefined) throw usageError('no new seal waits to be confirmed')
  const shares = await readShares(context, options.newShareFile, {
    most: pending.threshold ?? 1,
    what: 'New share',
  })
  await show(context, await client.seal.confirmRekey(shares.map((share) => ({ share }))))
}

async function show(context: Context, status: SealStatus): Promise<void> {
  await context.print(status, describeSeal(context, status))
}

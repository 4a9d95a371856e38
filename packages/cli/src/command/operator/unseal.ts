import type { ClavigerClient, SealCredential, SealStatus } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readSecretText } from '../../file/secret-input.ts'
import { connectionOptions, examples } from '../../options.ts'
import { type CredentialOptions, credentialOptions, readShares } from './credentials.ts'
import { describeSeal, progressText } from './described-seal.ts'

export function define(command: Command, context: Context): void {
  credentialOptions(command).action((options: CredentialOptions) => unseal(context, options))
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nThe holders of shares may each run this where they are; no other credential is needed. While shares\n' +
      'are missing it ends with status 3.',
  )
  examples(
    command,
    'claviger operator unseal',
    'claviger operator unseal --share-file share-1.txt',
    'claviger operator unseal < three-shares.txt',
  )
}

async function unseal(context: Context, options: CredentialOptions): Promise<void> {
  const client = await context.client()
  let status: SealStatus = await client.seal.status()
  if (status.sealed) {
    status =
      status.kind === 'shamir'
        ? await giveShares(context, client, options, status)
        : await client.seal.unseal(await credentialOf(context, options, status))
  }
  await context.print(status, describeSeal(context, status))
  if (status.sealed) context.endWith('sealed')
}

async function giveShares(
  context: Context,
  client: ClavigerClient,
  { shareFile }: CredentialOptions,
  before: SealStatus,
): Promise<SealStatus> {
  let status = before
  const missing = Math.max(1, (status.threshold ?? 1) - (status.progress?.length ?? 0))
  if (shareFile === undefined && context.environment.stdin.isTTY) {
    // Each share goes at once, so that a mistyped one is asked for again and the others stay given.
    while (status.sealed) {
      const question = `Share (given: ${progressText(status)})`
      status = await client.seal.unseal({ share: await readSecretText(context, { question }) })
    }
    return status
  }
  for (const share of await readShares(context, shareFile, { most: missing, what: 'Share' })) {
    if (status.sealed) status = await client.seal.unseal({ share })
  }
  return status
}

async function credentialOf(
  context: Context,
  { passphraseFile }: CredentialOptions,
  { kind }: SealStatus,
): Promise<SealCredential> {
  if (kind !== 'passphrase') return {}
  return {
    passphrase: await readSecretText(context, { file: passphraseFile, question: 'Passphrase' }),
  }
}

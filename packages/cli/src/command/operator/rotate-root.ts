import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { type CredentialOptions, credentialOptions, readAuthorization } from './credentials.ts'
import { describeSeal } from './described-seal.ts'

export function define(command: Command, context: Context): void {
  credentialOptions(command).action(async (options: CredentialOptions) => {
    const client = await context.client()
    const authorization = await readAuthorization(context, options, await client.seal.status())
    const status = await client.seal.rotateRoot(authorization)
    await context.print(status, describeSeal(context, status))
  })
  connectionOptions(command)
  command.addHelpText(
    'after',
    "\nEvery tenant's keys are wrapped anew under a fresh root; nothing that was encrypted changes.",
  )
  examples(command, 'claviger operator rotate-root')
}

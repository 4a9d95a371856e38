import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printTenant } from './described-tenant.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<tenant>', 'name or id')
    .requiredOption('--confirm <name>', 'its name once more: nothing brings it back')
    .action(async (tenant: string, { confirm }: { readonly confirm: string }) => {
      const client = await context.client()
      const answer = await client.tenants.shred(tenant, { confirm })
      await printTenant(context, answer, 'shredded: nothing of it opens again')
    })
  connectionOptions(command)
  examples(command, 'claviger tenant shred acme --confirm acme')
}

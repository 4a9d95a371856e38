import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printTenant } from './described-tenant.ts'

export function define(command: Command, context: Context): void {
  command.argument('<tenant>', 'name or id').action(async (tenant: string) => {
    await printTenant(context, await (await context.client()).tenants.get(tenant))
  })
  connectionOptions(command)
  examples(command, 'claviger tenant show acme')
}

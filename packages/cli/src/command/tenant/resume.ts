import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printTenant } from './described-tenant.ts'

export function define(command: Command, context: Context): void {
  command.argument('<tenant>', 'name or id').action(async (tenant: string) => {
    const client = await context.client()
    const answer = await client.tenants.resume(tenant)
    await printTenant(context, answer, 'resumed: its people come in again')
  })
  connectionOptions(command)
  examples(command, 'claviger tenant resume acme')
}

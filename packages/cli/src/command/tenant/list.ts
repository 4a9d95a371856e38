import type { Tenant } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { day } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const client = await context.client()
    const tenants: Tenant[] = []
    for await (const tenant of client.tenants.list()) tenants.push(tenant)
    const rows = tenants.map(({ name, state, ownSeal, id, createdAt }) => [
      name,
      state,
      ownSeal ?? 'none',
      id,
      day(createdAt),
    ])
    await context.print({ tenants }, table(['name', 'state', 'own seal', 'id', 'created'], rows))
  })
  connectionOptions(command)
  examples(command, 'claviger tenant list')
}

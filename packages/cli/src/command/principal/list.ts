import type { Principal } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { day } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.action(async () => {
    const client = await context.client()
    const principals: Principal[] = []
    for await (const principal of client.principals.list()) principals.push(principal)
    const rows = principals.map(({ name, kind, roles, disabled, certificates, createdAt }) => [
      name,
      disabled ? 'disabled' : 'enabled',
      kind,
      roles.join(', '),
      String(certificates.length),
      day(createdAt),
    ])
    const heads = ['name', 'state', 'kind', 'roles', 'certificates', 'created']
    await context.print({ principals }, principals.length === 0 ? 'nobody' : table(heads, rows))
  })
  connectionOptions(command)
  examples(command, 'claviger principal list')
}

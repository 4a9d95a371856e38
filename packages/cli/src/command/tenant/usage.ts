import type { TenantUsageAnswer } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('[tenant]', 'name or id; absent: the one you are in')
    .action(async (tenant: string | undefined) => {
      const answer = await (await context.client()).tenants.usage(tenant)
      await context.print(answer, describeUsage(answer))
    })
  connectionOptions(command)
  examples(command, 'claviger tenant usage', 'claviger tenant usage acme')
}

function describeUsage({ name, usage, quota }: TenantUsageAnswer): string {
  const bound = (limit: number | undefined): string => (limit === undefined ? 'none' : `${limit}`)
  return table(
    [name, 'has', 'quota'],
    [
      ['keys', `${usage.keys}`, bound(quota.keys)],
      ['versions', `${usage.versions}`, bound(quota.versions)],
      ['approvals', `${usage.approvals}`, bound(quota.approvals)],
      ['requests', `${usage.requests}`, ''],
      ['requests a second', '', bound(quota.requestsPerSecond)],
      ['refused', `${usage.refused}`, ''],
    ],
  )
}

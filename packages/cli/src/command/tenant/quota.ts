import type { TenantQuota } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { printTenant } from './described-tenant.ts'

interface Options extends Pick<TenantQuota, 'keys' | 'versions' | 'approvals'> {
  readonly requests?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<tenant>', 'name or id')
    .option('--keys <number>', 'keys that are not destroyed', parseCount)
    .option('--versions <number>', 'key versions that are not destroyed', parseCount)
    .option('--approvals <number>', 'requests that wait for approval', parseCount)
    .option('--requests <number>', 'requests in a second, of all its people together', parseCount)
    .action(async (tenant: string, { keys, versions, approvals, requests }: Options) => {
      const quota = { keys, versions, approvals, requestsPerSecond: requests }
      const answer = await (await context.client()).tenants.setQuota(tenant, quota)
      await printTenant(context, answer, 'bounded: what was not named has no end')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger tenant quota acme --keys 1000 --versions 5000 --approvals 50 --requests 200',
    'claviger tenant quota acme',
  )
}

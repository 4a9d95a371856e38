import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printDecision } from './described-approval.ts'

export function define(command: Command, context: Context): void {
  command.argument('<approval>', 'id of the request').action(async (id: string) => {
    const client = await context.client()
    await printDecision(context, await client.approvals.deny(id), 'denied')
  })
  connectionOptions(command)
  examples(command, 'claviger approval deny 0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77')
}

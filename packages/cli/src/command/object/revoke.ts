import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseInstant } from '../../options.ts'
import { printObject } from './described-object.ts'

interface Options {
  readonly reason?: string
  readonly occurredAt?: string
}

export function define(command: Command, context: Context): void {
  command
    .argument('<object>', 'name or id')
    .option('--reason <text>', 'why, for the history')
    .option('--occurred-at <when>', 'when the compromise happened, if known', parseInstant)
    .action(async (object: string, options: Options) => {
      const { reason, occurredAt } = options
      const client = await context.client()
      await printObject(
        context,
        await client.objects.revoke(object, { reason, occurredAt }),
        'revoked',
      )
    })
  connectionOptions(command)
  examples(command, "claviger object revoke db-password --reason 'was in a log'")
}

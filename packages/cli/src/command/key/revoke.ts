import type { RevocationReason } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseInstant, versionOption } from '../../options.ts'
import { printKey } from './described-key.ts'

const REASONS = [
  'key-compromise',
  'ca-compromise',
  'privilege-withdrawn',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
  'unspecified',
] as const satisfies readonly RevocationReason[]

interface Options {
  readonly reason: RevocationReason
  readonly message?: string
  readonly occurredAt?: string
  readonly version?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .addOption(
      new Option('--reason <reason>', 'why; a compromise marks every version compromised')
        .choices([...REASONS])
        .makeOptionMandatory(),
    )
    .option('--message <text>', 'more of why, for the history')
    .option('--occurred-at <when>', 'when the compromise happened, if known', parseInstant)
  versionOption(command, 'this version only; absent: all').action(
    async (key: string, { reason, message, occurredAt, version }: Options) => {
      const client = await context.client()
      const answer = await client.keys.revoke(key, { reason, message, occurredAt, version })
      await printKey(context, answer, 'revoked')
    },
  )
  connectionOptions(command)
  examples(
    command,
    'claviger key revoke payments --reason superseded',
    'claviger key revoke payments --reason key-compromise --occurred-at 2030-05-01',
  )
}

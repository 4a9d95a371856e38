import type { GroupMember } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { collectMember, printGroup } from './described-group.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .option(
      '--member <principal[=team]>',
      'somebody by name or id, and the team; may be repeated',
      collectMember,
    )
    .action(async (name: string, { member = [] }: { readonly member?: GroupMember[] }) => {
      const client = await context.client()
      await printGroup(context, await client.groups.create(name, member), 'created')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger group create board --member ann=red --member ben=red --member cyd=blue',
  )
}

import type { GroupMember } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { collectMember, printGroup } from './described-group.ts'

interface Options {
  readonly member: GroupMember[]
  readonly revision?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<group>', 'name or id')
    .requiredOption(
      '--member <principal[=team]>',
      'replaces all members: somebody by name or id, and the team; may be repeated',
      collectMember,
    )
    .option('--revision <number>', 'refuse if it has changed since this revision', parseCount)
    .action(async (group: string, { member, revision }: Options) => {
      const client = await context.client()
      const answer = await client.groups.update(group, member, { expectedRevision: revision })
      await printGroup(context, answer, 'updated')
    })
  connectionOptions(command)
  examples(command, 'claviger group update board --member ann=red --member dan=blue')
}

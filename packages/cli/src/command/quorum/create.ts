import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printQuorum } from './described-quorum.ts'
import { type QuorumOptions, quorumOptions, quorumRequest } from './quorum-options.ts'

export function define(command: Command, context: Context): void {
  command.argument('<name>', 'a-z 0-9 . _ / -')
  quorumOptions(command).action(async (name: string, options: QuorumOptions) => {
    const client = await context.client()
    const answer = await client.quorums.create(name, quorumRequest(options))
    await printQuorum(context, answer, 'asked from now on')
  })
  connectionOptions(command)
  examples(
    command,
    'claviger quorum create destroying --action key.destroy --label critical=yes --approvals 2 --group board',
    'claviger quorum create people --action principal.update --action principal.create --approvals 2 --group board --reason-needed',
  )
}

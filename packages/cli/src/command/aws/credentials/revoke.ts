import type { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { connectionOptions, examples } from '../../../options.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<access-key-id>', 'AKIA… or ASIA…; never the secret')
    .action(async (accessKeyId: string) => {
      // A token that is a shared secret goes by the name it has in signed requests.
      const answer = await (await context.client()).tokens.revoke(accessKeyId)
      const { identifier = '', principalName } = answer.token
      const done = context.paint('good', 'revoked')
      await context.print(answer, `${done} ${identifier} of ${principalName}`)
    })
  connectionOptions(command)
  examples(command, 'claviger aws credentials revoke AKIAIOSFODNN7EXAMPLE')
}

import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<token>', "the token's id, as `claviger token list` shows it; never its secret")
    .action(async (token: string) => {
      const answer = await (await context.client()).tokens.revoke(token)
      const { id, principalName } = answer.token
      await context.print(answer, `${context.paint('good', 'revoked')} ${id} of ${principalName}`)
    })
  connectionOptions(command)
  examples(command, 'claviger token revoke 0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77')
}

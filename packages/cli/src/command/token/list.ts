import type { Token } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'
import { tokenState } from './token-state.ts'

export function define(command: Command, context: Context): void {
  command.argument('<principal>', 'name or id').action(async (principal: string) => {
    const client = await context.client()
    const tokens: Token[] = []
    for await (const token of client.tokens.list(principal)) {
      if (token.identifier === undefined) tokens.push(token)
    }
    const now = context.environment.now().toISOString()
    const rows = tokens.map((token) => [
      token.id,
      tokenState(token, now),
      minute(token.expiresAt),
      token.scope.actions?.join(',') ?? 'all',
      token.scope.keys?.join(',') ?? 'all',
      token.description,
    ])
    const heads = ['id', 'state', 'until', 'actions', 'keys', 'description']
    await context.print({ tokens }, tokens.length === 0 ? 'no tokens' : table(heads, rows))
  })
  connectionOptions(command)
  examples(command, 'claviger token list backup-job')
}

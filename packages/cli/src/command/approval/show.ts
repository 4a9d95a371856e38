import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { describeContent, describeProgress, readApproval } from './described-approval.ts'

export function define(command: Command, context: Context): void {
  command.argument('<approval>', 'id of the request').action(async (id: string) => {
    const { approval, verified } = await readApproval(await context.client(), id)
    const text = `${describeContent(verified)}\n${describeProgress(approval)}`
    await context.print({ approval, request: verified.content }, text)
  })
  connectionOptions(command)
  examples(command, 'claviger approval show 0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77')
}

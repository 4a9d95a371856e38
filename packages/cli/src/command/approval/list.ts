import type { Approval } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

interface Options {
  readonly all?: boolean
  readonly limit: number
}

const LIMIT_DEFAULT = 50

export function define(command: Command, context: Context): void {
  command
    .option('--all', 'those that have ended, too')
    .option('--limit <number>', 'most requests, 0 for all', parseCount, LIMIT_DEFAULT)
    .action(({ all, limit }: Options) => list(context, all !== true, limit))
  connectionOptions(command)
  examples(command, 'claviger approval list', 'claviger approval list --all --limit 10')
}

async function list(context: Context, open: boolean, limit: number): Promise<void> {
  const client = await context.client()
  const approvals: Approval[] = []
  let more = false
  for await (const approval of client.approvals.list({ open: open ? true : undefined })) {
    if (limit !== 0 && approvals.length === limit) {
      more = true
      break
    }
    approvals.push(approval)
  }
  const rows = approvals.map(({ id, status, action, target, requester, signatures, expiresAt }) => [
    id,
    status,
    action,
    target.name,
    requester.name,
    String(signatures.length),
    minute(expiresAt),
  ])
  const heads = ['request', 'status', 'action', 'on', 'asked by', 'signed', 'until']
  const text = rows.length === 0 ? 'nothing waits' : table(heads, rows)
  await context.print({ approvals, more }, more ? `${text}\nthere are more: --limit 0` : text)
}

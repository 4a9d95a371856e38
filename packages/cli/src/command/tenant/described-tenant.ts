import type { OwnSealAnswer, Tenant, TenantAnswer } from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export async function printTenant(
  context: Context,
  answer: TenantAnswer,
  done?: string,
): Promise<void> {
  const text = describeTenant(answer.tenant)
  await context.print(answer, done === undefined ? text : `${context.paint('good', done)}\n${text}`)
}

export function describeTenant({
  name,
  id,
  state,
  ownSeal,
  createdAt,
  shreddedAt,
  revision,
}: Tenant): string {
  return facts([
    ['name', name],
    ['id', id],
    ['state', state],
    ['own seal', ownSeal ?? 'none'],
    ['created', minute(createdAt)],
    ...(shreddedAt === undefined ? [] : [['shredded', minute(shreddedAt)] as const]),
    ['revision', revision],
  ])
}

export function printOwnSeal(context: Context, answer: OwnSealAnswer, done: string): Promise<void> {
  const { generation } = answer
  return context.print(answer, `${context.paint('good', done)}\n${facts([['seal', generation]])}`)
}

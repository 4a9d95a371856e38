import type { Principal, PrincipalAnswer } from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export const ROLES = [
  'administrator',
  'officer',
  'user',
  'auditor',
  'operator',
  'approver',
] as const

export async function printPrincipal(
  context: Context,
  answer: PrincipalAnswer,
  done?: string,
): Promise<void> {
  const text = describe(answer.principal)
  await context.print(answer, done === undefined ? text : `${context.paint('good', done)}\n${text}`)
}

function describe(principal: Principal): string {
  const { approverKeys = [] } = principal
  return facts([
    ['name', principal.name],
    ['id', principal.id],
    ['kind', principal.kind],
    ['roles', principal.roles.join(', ')],
    ['state', principal.disabled ? 'disabled' : 'enabled'],
    ['certificates', principal.certificates.join('\n')],
    ['approver keys', approverKeys.map(describeKey).join('\n')],
    ['created', minute(principal.createdAt)],
    ['revision', principal.revision],
  ])
}

function describeKey({ id, algorithm, passkey }: NonNullable<Principal['approverKeys']>[number]) {
  return `${id} ${algorithm}${passkey === undefined ? '' : ', a passkey'}`
}

import type { Emergency } from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'
import { duration } from '../quorum/described-quorum.ts'

export function describeEmergency(context: Context, emergency: Emergency): string {
  const { name, roles, shares, threshold, generation, seconds, isOpen, opened } = emergency
  return facts([
    ['name', name],
    ['state', isOpen ? { text: 'OPEN', paint: (text) => context.paint('bad', text) } : 'closed'],
    ['roles', roles.join(', ')],
    ['shares', `${shares}, any ${threshold} open it`],
    ['generation', generation],
    ['open for', duration(seconds)],
    ['opened', opened && minute(opened.at)],
    ['because', opened?.reason],
    ['until', isOpen && opened ? minute(opened.until) : undefined],
    ['closed', opened?.closedAt && minute(opened.closedAt)],
    ['token', opened?.token],
  ])
}

import type { Group, GroupAnswer, GroupMember } from '@claviger/client'
import { InvalidArgumentError } from 'commander'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export async function printGroup(
  context: Context,
  answer: GroupAnswer,
  done?: string,
): Promise<void> {
  const text = describe(answer.group)
  await context.print(answer, done === undefined ? text : `${context.paint('good', done)}\n${text}`)
}

function describe({ name, id, members, updatedAt, revision }: Group): string {
  const lines = members.map(({ principal, team }) =>
    team === undefined ? principal : `${principal}  team ${team}`,
  )
  return facts([
    ['name', name],
    ['id', id],
    ['members', members.length === 0 ? 'nobody' : lines.join('\n')],
    ['updated', minute(updatedAt)],
    ['revision', revision],
  ])
}

/** `ann`, or `ann=red` with the team. */
export function collectMember(text: string, before: readonly GroupMember[] = []): GroupMember[] {
  const [principal = '', team, ...rest] = text.split('=')
  if (principal === '' || team === '' || rest.length > 0) {
    throw new InvalidArgumentError('It must be NAME or NAME=TEAM.')
  }
  return [...before, team === undefined ? { principal } : { principal, team }]
}

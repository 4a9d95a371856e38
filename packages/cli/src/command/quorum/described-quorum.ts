import type { Quorum, QuorumAnswer } from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export async function printQuorum(
  context: Context,
  answer: QuorumAnswer,
  done?: string,
): Promise<void> {
  const text = describe(answer.quorum)
  await context.print(answer, done === undefined ? text : `${context.paint('good', done)}\n${text}`)
}

function describe(quorum: Quorum): string {
  const { names, labels, distinctTeams, reason } = quorum
  return facts([
    ['name', quorum.name],
    ['id', quorum.id],
    ['actions', quorum.actions.join('\n')],
    ['on names', names?.join('\n')],
    ['on labels', labels === undefined ? undefined : labelLines(labels)],
    ['approvals', distinctTeams ? `${quorum.approvals}, of distinct teams` : quorum.approvals],
    ['of group', quorum.group],
    ['reason', reason ? 'needed' : undefined],
    ['gathered for', duration(quorum.gatherSeconds)],
    ['executed within', duration(quorum.executeSeconds)],
    ['updated', minute(quorum.updatedAt)],
    ['revision', quorum.revision],
  ])
}

function labelLines(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const

/** In the largest unit that is exact, as the options take it. */
export function duration(seconds: number): string {
  const [unit, size] = UNITS.find(([, whole]) => seconds % whole === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}

import { encodeUtf8 } from '@claviger/bytes'
import {
  type Approval,
  type ApprovalAnswer,
  type ClavigerClient,
  type VerifiedApproval,
  verifyApproval,
} from '@claviger/client'
import type { Context } from '../../context.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export interface ReadApproval {
  readonly approval: Approval
  readonly verified: VerifiedApproval
}

/** Reads a request, and works out here what there is to sign. */
export async function readApproval(client: ClavigerClient, id: string): Promise<ReadApproval> {
  const { hashHex } = await import('@claviger/crypto')
  const { approval } = await client.approvals.get(id)
  const verified = verifyApproval(id, approval, (text) => hashHex('sha256', encodeUtf8(text)))
  return { approval, verified }
}

/** What a request says, from the text that is signed and from nothing else. */
export function describeContent({ content, digest }: VerifiedApproval): string {
  const { target, input, requester, reason, quorums } = content
  const needed = quorums.map(
    ({ name, approvals, distinctTeams }) =>
      `${approvals} of ${name}${distinctTeams ? ', of distinct teams' : ''}`,
  )
  return facts([
    ['request', content.id],
    ['action', content.action],
    ['on', `${target.kind} ${target.name}`],
    ['id', target.id === target.name ? '' : target.id],
    ['input', JSON.stringify(input, undefined, 2)],
    ['asked by', `${requester.name} (${requester.id})`],
    ['reason', reason],
    ['needs', needed.join('\n')],
    ['asked at', instant(content.createdAt)],
    ['until', instant(content.expiresAt)],
    ['digest', digest],
  ])
}

/** How far it is, as the keeper says. */
export function describeProgress({ status, signatures, executeBy, endedAt }: Approval): string {
  return facts([
    ['status', status],
    ['approved by', signatures.map(({ name, at }) => `${name}, ${minute(at)}`).join('\n')],
    ['execute by', executeBy === undefined ? '' : minute(executeBy)],
    ['ended', endedAt === undefined ? '' : minute(endedAt)],
  ])
}

export async function printDecision(
  context: Context,
  answer: ApprovalAnswer,
  done: string,
): Promise<void> {
  const { approval } = answer
  const text = `${context.paint('good', done)} ${approval.id}\n${describeProgress(approval)}`
  await context.print(answer, text)
}

function instant(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : minute(date.toISOString())
}

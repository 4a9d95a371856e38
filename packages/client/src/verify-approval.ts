import { type CanonicalJson, parseCanonicalJson } from '@claviger/bytes'
import type { Approval, ApprovalTarget, AskedQuorum } from './approvals.ts'
import { ClavigerError, isRecord } from './error.ts'

/** What is asked for, read from the text that is signed. Instants are milliseconds since 1970. */
export interface ApprovalContent {
  readonly version: 1
  readonly id: string
  readonly tenant: string
  readonly action: string
  readonly target: ApprovalTarget
  /** Of the call; bytes by their hash and length. */
  readonly input: CanonicalJson
  readonly requester: { readonly id: string; readonly name: string }
  readonly reason: string
  readonly quorums: readonly AskedQuorum[]
  readonly createdAt: number
  readonly expiresAt: number
}

/** Shows what is signed, and signs what is shown. */
export interface VerifiedApproval {
  readonly content: ApprovalContent
  /** SHA-256 of the content, hex, computed here. */
  readonly digest: string
  /** What this approver signs: all of the text, in UTF-8. */
  readonly statementOf: (principal: string) => string
}

/**
 * Works out from a request's content what there is to sign, so that no keeper can show one thing and have
 * another signed. Show people `content`, never the other members of the answer.
 *
 * @param id the request that was asked for
 * @param sha256 of the UTF-8 of a text, lower-case hex: `createHash('sha256').update(text).digest('hex')`
 * @throws ClavigerError `integrity` where the answer does not agree with itself
 */
export function verifyApproval(
  id: string,
  approval: Approval,
  sha256: (text: string) => string,
): VerifiedApproval {
  const content = contentOf(approval.content)
  const digest = sha256(approval.content)
  if (digest !== approval.digest || content.id !== id || approval.id !== id) throw mismatch()
  const { tenant } = content
  return {
    content,
    digest,
    statementOf: (principal) =>
      `claviger approval v1\napprove\n${tenant}\n${id}\n${digest}\n${principal}\n`,
  }
}

function contentOf(text: unknown): ApprovalContent {
  if (typeof text !== 'string') throw mismatch()
  let value: unknown
  try {
    value = parseCanonicalJson(text)
  } catch {
    throw mismatch()
  }
  if (!isContent(value)) throw mismatch()
  return value
}

/** A member that nobody would be shown must not be signed either. */
const MEMBERS = [
  'action',
  'createdAt',
  'expiresAt',
  'id',
  'input',
  'quorums',
  'reason',
  'requester',
  'target',
  'tenant',
  'version',
]

function isContent(value: unknown): value is ApprovalContent {
  if (!isRecord(value) || value['version'] !== 1) return false
  const { target, requester, quorums } = value
  const texts = ['id', 'tenant', 'action', 'reason'].every((name) => isText(value[name]))
  const times = ['createdAt', 'expiresAt'].every((name) => typeof value[name] === 'number')
  return (
    Object.keys(value).toSorted().join() === MEMBERS.join() &&
    texts &&
    times &&
    isRecord(target) &&
    ['kind', 'id', 'name'].every((name) => isText(target[name])) &&
    isRecord(requester) &&
    ['id', 'name'].every((name) => isText(requester[name])) &&
    Array.isArray(quorums)
  )
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function mismatch(): ClavigerError {
  return new ClavigerError(
    'integrity',
    'what the keeper shows is not what would be signed; sign nothing, and tell an auditor',
  )
}

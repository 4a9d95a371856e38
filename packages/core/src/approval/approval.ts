import { canonicalJson, type CanonicalJson } from '@claviger/bytes'
import type { Instant } from '../clock.ts'
import type { ApprovalId, GroupId, PrincipalId, QuorumRuleId, TenantId } from '../id.ts'
import type { GuardableAction } from './quorum-rule.ts'

/** What is asked for, exactly: approvers sign its hash. `docs/spec/approval.md` has the format. */
export interface ApprovalContent {
  readonly version: 1
  readonly id: ApprovalId
  readonly tenant: TenantId
  readonly action: GuardableAction
  /** With the revision that it had: a thing that has changed since is another thing. */
  readonly target: {
    readonly kind: string
    readonly id: string
    readonly name: string
    readonly revision: number
  }
  /** The input of the operation; bytes as their hash and length. */
  readonly input: CanonicalJson
  readonly requester: { readonly id: PrincipalId; readonly name: string }
  readonly reason: string
  readonly quorums: readonly AskedQuorum[]
  readonly createdAt: Instant
  readonly expiresAt: Instant
}

/** A rule as it was when the request was made; a rule that has changed since asks anew. */
export interface AskedQuorum {
  readonly id: QuorumRuleId
  readonly name: string
  readonly revision: number
  readonly group: GroupId
  readonly approvals: number
  readonly distinctTeams: boolean
}

export interface ApprovalSignature {
  readonly principal: PrincipalId
  readonly name: string
  /** Id of the approver's key. */
  readonly key: string
  /** base64 */
  readonly signature: string
  /** Of a passkey: what it signed around the statement's hash, each base64. */
  readonly assertion?: { readonly authenticatorData: string; readonly clientDataJson: string }
  readonly at: Instant
}

/** A guarded call that waits for its quorum, or has had it. */
export interface Approval {
  readonly id: ApprovalId
  readonly tenant: TenantId
  readonly content: ApprovalContent
  /** SHA-256 of the content's canonical JSON, hex. */
  readonly digest: string
  /** SHA-256 of what makes a repeated call the same call, hex. */
  readonly match: string
  readonly signatures: readonly ApprovalSignature[]
  readonly state: 'open' | 'denied' | 'cancelled' | 'executed'
  /** Once the quorum is there: until when the call may be made. */
  readonly executeBy?: Instant
  /** Who denied, cancelled or executed it, and when. */
  readonly endedBy?: PrincipalId
  readonly endedAt?: Instant
}

export type ApprovalStatus =
  | 'pending'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'executed'
  | 'expired'

/** What the record says at `now`; whether the signatures still count is asked when it is executed. */
export function approvalStatus(approval: Approval, now: Instant): ApprovalStatus {
  const { state, executeBy, content } = approval
  if (state !== 'open') return state
  if (executeBy !== undefined) return now < executeBy ? 'approved' : 'expired'
  return now < content.expiresAt ? 'pending' : 'expired'
}

export function approvalText(content: ApprovalContent): string {
  return canonicalJson(content as unknown as CanonicalJson)
}

/**
 * What one approver signs. It names the approver, so that nobody's signature can be counted as another's,
 * and the request by its id and hash, so that it counts for nothing else.
 */
export function approvalStatement(
  { id, tenant, digest }: Pick<Approval, 'id' | 'tenant' | 'digest'>,
  approver: PrincipalId,
): string {
  return `claviger approval v1\napprove\n${tenant}\n${id}\n${digest}\n${approver}\n`
}

import { decodeBase64 } from '@claviger/bytes'
import type { PrincipalId } from '../id.ts'
import type { Principal } from '../principal/principal.ts'
import type { Stored } from '../storage/store.ts'
import { type Approval, approvalStatement, type ApprovalSignature } from './approval.ts'
import type { ApprovalCrypto } from './approver-key.ts'
import { type Group, memberOf } from './group.ts'

/** Those who approved, as the store has them now. */
export type Approvers = ReadonlyMap<PrincipalId, Stored<'principal'>>

export interface Quorum {
  readonly approvals: number
  readonly distinctTeams: boolean
  readonly group: Group
}

/**
 * The signatures that count for a quorum now: by members that are still members, are not the requester,
 * may still come in, and still have the key; each person once, each key once, each team once where that is
 * asked for.
 */
export function countingSignatures(
  approval: Approval,
  { group, distinctTeams }: Quorum,
  approvers: Approvers,
  crypto: ApprovalCrypto,
): readonly ApprovalSignature[] {
  const counted: ApprovalSignature[] = []
  const seen = new Set<string>()
  for (const signature of approval.signatures) {
    const { principal } = signature
    const member = memberOf(group, principal)
    const person = approvers.get(principal)?.value
    if (member === undefined || person === undefined) continue
    if (!isValidSignature(approval, signature, person, crypto)) continue
    const marks = [`person ${principal}`, `key ${signature.key}`]
    if (distinctTeams && member.team !== undefined) marks.push(`team ${member.team}`)
    if (marks.some((mark) => seen.has(mark))) continue
    for (const mark of marks) seen.add(mark)
    counted.push(signature)
  }
  return counted
}

export function isValidSignature(
  approval: Approval,
  { principal, key: keyId, signature }: Pick<ApprovalSignature, 'principal' | 'key' | 'signature'>,
  person: Principal,
  crypto: ApprovalCrypto,
): boolean {
  if (person.disabled || principal === approval.content.requester.id) return false
  const key = person.approverKeys?.find(({ id }) => id === keyId)
  if (key === undefined) return false
  const statement = approvalStatement(approval, principal)
  return crypto.verify(key, statement, decodeBase64(signature))
}

import { decodeBase64 } from '@claviger/bytes'
import type { PrincipalId } from '../id.ts'
import type { Principal } from '../principal/principal.ts'
import type { Stored } from '../storage/store.ts'
import { type Approval, approvalStatement, type ApprovalSignature } from './approval.ts'
import type { ApprovalCrypto, VerifiedSignature } from './approver-key.ts'
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
export async function countingSignatures(
  approval: Approval,
  { group, distinctTeams }: Quorum,
  approvers: Approvers,
  crypto: ApprovalCrypto,
): Promise<readonly ApprovalSignature[]> {
  const counted: ApprovalSignature[] = []
  const seen = new Set<string>()
  for (const signature of approval.signatures) {
    const { principal } = signature
    const member = memberOf(group, principal)
    const person = approvers.get(principal)?.value
    if (member === undefined || person === undefined) continue
    if ((await verifiedSignature(approval, signature, person, crypto)) === undefined) continue
    const marks = [`person ${principal}`, `key ${signature.key}`]
    if (distinctTeams && member.team !== undefined) marks.push(`team ${member.team}`)
    if (marks.some((mark) => seen.has(mark))) continue
    for (const mark of marks) seen.add(mark)
    counted.push(signature)
  }
  return counted
}

/** What the signature tells, if it is by a key that `person` has now. */
export async function verifiedSignature(
  approval: Approval,
  given: Pick<ApprovalSignature, 'principal' | 'key' | 'signature' | 'assertion'>,
  person: Principal,
  crypto: ApprovalCrypto,
): Promise<VerifiedSignature | undefined> {
  const { principal, assertion } = given
  if (person.disabled || principal === approval.content.requester.id) return undefined
  const key = person.approverKeys?.find(({ id }) => id === given.key)
  if (key === undefined) return undefined
  return crypto.verify(key, approvalStatement(approval, principal), {
    signature: decodeBase64(given.signature),
    ...(assertion !== undefined && {
      assertion: {
        authenticatorData: decodeBase64(assertion.authenticatorData),
        clientDataJson: decodeBase64(assertion.clientDataJson),
      },
    }),
  })
}

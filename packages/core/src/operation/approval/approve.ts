import { encodeBase64 } from '@claviger/bytes'
import { type Approval, type ApprovalSignature, approvalStatus } from '../../approval/approval.ts'
import { type Group, memberOf } from '../../approval/group.ts'
import type { Assertion } from '../../approval/approver-key.ts'
import { countingSignatures, verifiedSignature } from '../../approval/tally.ts'
import type { Instant } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import type { PrincipalId } from '../../id.ts'
import type { Session } from '../../principal/principal.ts'
import type { Stored } from '../../storage/store.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { signCountChange } from './sign-count.ts'
import { describeApproval, type DescribedApproval } from './described-approval.ts'

const SIGNATURE_BYTES_MAX = 1_024
const ASSERTION_BYTES_MAX = 4_096

export interface ApproveInput {
  readonly approval: string
  /** Id of the approver's key. */
  readonly key: string
  /** Over `approvalStatement`. */
  readonly signature: Uint8Array
  /** Of a passkey: what it signed around the statement's hash. */
  readonly assertion?: Assertion
}

/** Adds an approver's own signature. It counts while the approver is still one when the call is made. */
export const approve: ManagementOperation<'approval', ApproveInput, DescribedApproval> = {
  action: 'approval.approve',
  target: ({ approval }) => ({ kind: 'approval', ref: approval }),
  run: async (scope, input) => {
    const { subject, session, tenant, now, ports } = scope
    const approval = subject.value
    assertPending(approval, now)
    const groups = await groupsOf(scope)
    const person = await ports.store.get('principal', tenant, session.principal)
    assertMay(approval, groups, session.principal)
    if (approval.signatures.some(({ principal }) => principal === session.principal)) {
      throw new KeeperError('conflict', 'you have approved this already')
    }
    const given = givenSignature(session, input, now)
    if (person === undefined) throw notSigned()
    const verified = await verifiedSignature(approval, given, person.value, ports.approvals)
    if (verified === undefined) throw notSigned()
    const count = await signCountChange(scope, given.key, verified.signCount)
    const signed: Approval = { ...approval, signatures: [...approval.signatures, given] }
    const executeBy = approval.executeBy ?? (await windowEnd(scope, signed, groups))
    const value: Approval = { ...signed, ...(executeBy !== undefined && { executeBy }) }
    const { id, revision } = subject
    return {
      output: describeApproval({ value, revision: revision + 1 }, now),
      puts: [{ kind: 'approval', tenant, id, value, expected: revision }, ...count],
      unchanged: [
        { kind: 'principal', tenant, id: person.id, expected: person.revision },
        ...groups.map((group) => ({
          kind: 'group' as const,
          tenant,
          id: group.id,
          expected: group.revision,
        })),
      ],
      details: {
        digest: approval.digest,
        key: given.key,
        ...(given.assertion !== undefined && { passkey: true }),
        signatures: value.signatures.length,
        approved: executeBy !== undefined,
      },
    }
  },
}

function givenSignature(
  { principal, name }: Session,
  { key, signature, assertion }: ApproveInput,
  at: Instant,
): ApprovalSignature {
  if (signature.length > SIGNATURE_BYTES_MAX) throw notSigned()
  const given = { principal, name, key, signature: encodeBase64(signature), at }
  if (assertion === undefined) return given
  const { authenticatorData, clientDataJson } = assertion
  if (authenticatorData.length + clientDataJson.length > ASSERTION_BYTES_MAX) throw notSigned()
  return {
    ...given,
    assertion: {
      authenticatorData: encodeBase64(authenticatorData),
      clientDataJson: encodeBase64(clientDataJson),
    },
  }
}

function assertPending(approval: Approval, now: number): void {
  const status = approvalStatus(approval, now)
  // A signature more may be needed of what was approved by somebody who is an approver no more.
  if (status === 'pending' || status === 'approved') return
  throw new KeeperError('wrong-state', `the request is ${status}`)
}

/** A member of a group that was asked, and not whoever asks. */
export function assertMay(
  approval: Approval,
  groups: readonly Stored<'group'>[],
  principal: PrincipalId,
): void {
  if (approval.content.requester.id === principal) {
    throw new KeeperError('denied', 'nobody decides on a request of their own')
  }
  if (groups.some(({ value }) => memberOf(value, principal) !== undefined)) return
  throw new KeeperError('denied', 'you are in no group that was asked')
}

export async function groupsOf({
  ports,
  subject,
  tenant,
}: ManagementScope<'approval'>): Promise<readonly Stored<'group'>[]> {
  const ids = new Set(subject.value.content.quorums.map(({ group }) => group))
  const found = await Promise.all([...ids].map((id) => ports.store.get('group', tenant, id)))
  return found.filter((group) => group !== undefined)
}

/** Until when the call may be made, if the quorum is there with these signatures. */
async function windowEnd(
  { ports, tenant, now }: ManagementScope<'approval'>,
  approval: Approval,
  groups: readonly Stored<'group'>[],
): Promise<number | undefined> {
  const people = new Map<PrincipalId, Stored<'principal'>>()
  for (const { principal } of approval.signatures) {
    const stored = await ports.store.get('principal', tenant, principal)
    if (stored !== undefined) people.set(principal, stored)
  }
  let executeMs = Number.POSITIVE_INFINITY
  for (const quorum of approval.content.quorums) {
    const group: Group | undefined = groups.find(({ id }) => id === quorum.group)?.value
    const rule = await ports.store.get('quorum', tenant, quorum.id)
    if (rule === undefined || rule.revision !== quorum.revision) {
      throw new KeeperError(
        'wrong-state',
        'the quorum has changed since; the call must be made anew',
      )
    }
    if (group === undefined) return undefined
    const counted = await countingSignatures(
      approval,
      { ...quorum, group },
      people,
      ports.approvals,
    )
    if (counted.length < quorum.approvals) return undefined
    executeMs = Math.min(executeMs, rule.value.executeMs)
  }
  return now + executeMs
}

function notSigned(): KeeperError {
  return new KeeperError(
    'authentication-failed',
    'the signature is not by a key of yours over this request',
  )
}

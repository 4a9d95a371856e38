import type { Approval } from '../../approval/approval.ts'
import { KeeperError } from '../../error.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import { assertMay, groupsOf } from './approve.ts'
import { approvalStatus } from '../../approval/approval.ts'
import { describeApproval, type DescribedApproval } from './described-approval.ts'
import type { ApprovalInput } from './get-approval.ts'

/** One no of somebody who was asked ends a request, also one that has its quorum already. */
export const deny: ManagementOperation<'approval', ApprovalInput, DescribedApproval> = {
  action: 'approval.deny',
  target: ({ approval }) => ({ kind: 'approval', ref: approval }),
  run: async (scope) => {
    assertMay(scope.subject.value, await groupsOf(scope), scope.session.principal)
    return end(scope, 'denied')
  },
}

/** The requester takes a request back. */
export const cancelApproval: ManagementOperation<'approval', ApprovalInput, DescribedApproval> = {
  action: 'approval.cancel',
  target: ({ approval }) => ({ kind: 'approval', ref: approval }),
  run: (scope) => {
    if (scope.subject.value.content.requester.id !== scope.session.principal) {
      throw new KeeperError('denied', 'only who made a request takes it back')
    }
    return end(scope, 'cancelled')
  },
}

function end(
  { subject, tenant, session, now }: ManagementScope<'approval'>,
  state: 'denied' | 'cancelled',
): Change<DescribedApproval> {
  const status = approvalStatus(subject.value, now)
  if (status !== 'pending' && status !== 'approved') {
    throw new KeeperError('wrong-state', `the request is ${status}`)
  }
  const value: Approval = { ...subject.value, state, endedBy: session.principal, endedAt: now }
  const { id, revision } = subject
  return {
    output: describeApproval({ value, revision: revision + 1 }, now),
    puts: [{ kind: 'approval', tenant, id, value, expected: revision }],
    details: { digest: value.digest },
  }
}

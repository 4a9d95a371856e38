import { type Approval, type ApprovalStatus, approvalStatus } from '../../approval/approval.ts'
import type { Instant } from '../../clock.ts'
import type { Stored } from '../../storage/store.ts'

export interface DescribedApproval {
  readonly approval: Approval
  readonly status: ApprovalStatus
  readonly revision: number
}

export function describeApproval(
  { value, revision }: Pick<Stored<'approval'>, 'value' | 'revision'>,
  now: Instant,
): DescribedApproval {
  return { approval: value, status: approvalStatus(value, now), revision }
}

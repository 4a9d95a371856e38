import type { ManagementOperation } from '../management-operation.ts'
import { describeApproval, type DescribedApproval } from './described-approval.ts'

export interface ApprovalInput {
  readonly approval: string
}

export const getApproval: ManagementOperation<'approval', ApprovalInput, DescribedApproval> = {
  action: 'approval.get',
  target: ({ approval }) => ({ kind: 'approval', ref: approval }),
  run: ({ subject, now }) => ({ output: describeApproval(subject, now) }),
}

export interface ListApprovalsInput {
  /** Only what still waits for somebody. */
  readonly open?: boolean
  readonly after?: string
  readonly limit: number
}

export interface ListApprovalsOutput {
  readonly approvals: readonly DescribedApproval[]
  readonly next?: string
  readonly damaged: readonly string[]
}

/** Requests, newest first. */
export const listApprovals: ManagementOperation<'tenant', ListApprovalsInput, ListApprovalsOutput> =
  {
    action: 'approval.list',
    target: () => ({ kind: 'tenant', ref: 'approvals' }),
    run: async ({ ports, tenant, now }, { open, after, limit }) => {
      const { records, next, damaged } = await ports.store.list('approval', {
        tenant,
        limit,
        descending: true,
        ...(open === true && { facets: ['state=open'] }),
        ...(after !== undefined && { after }),
      })
      const all = records.map((record) => describeApproval(record, now))
      const approvals = open === true ? all.filter(({ status }) => status !== 'expired') : all
      return { output: { approvals, ...(next !== undefined && { next }), damaged } }
    },
  }

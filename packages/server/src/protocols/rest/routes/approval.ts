import type { Route } from '../route.ts'
import * as approval from '../schema/approval.ts'
import { DutiesAnswer, ReviewAnswer, ReviewRequest } from '../schema/duties.ts'
import { PrincipalAnswer } from '../schema/principal.ts'
import { EmptyRequest } from '../schema/value.ts'

const G = '/v1/groups/{group}'
const Q = '/v1/quorums/{quorum}'
const A = '/v1/approvals/{approval}'
const decide = { method: 'POST', body: EmptyRequest, answer: approval.ApprovalAnswer } as const

/** Quorums: who they are made of, what they guard, and what waits for them. */
export const APPROVAL_ROUTES = {
  enrollPrincipal: {
    method: 'PUT',
    path: '/v1/principals/{principal}/approver-keys',
    summary: 'Say which keys somebody signs approvals by',
    action: 'principal.enroll',
    body: approval.EnrollRequest,
    answer: PrincipalAnswer,
    conditional: true,
  },
  createGroup: {
    method: 'POST',
    path: '/v1/groups',
    summary: 'Name people that quorums can be made of',
    action: 'group.create',
    body: approval.CreateGroupRequest,
    answer: approval.GroupAnswer,
    status: 201,
    idempotent: true,
  },
  listGroups: {
    method: 'GET',
    path: '/v1/groups',
    summary: 'Every group',
    action: 'group.list',
    answer: approval.GroupListAnswer,
  },
  getGroup: {
    method: 'GET',
    path: G,
    summary: 'A group',
    action: 'group.get',
    answer: approval.GroupAnswer,
  },
  updateGroup: {
    method: 'PUT',
    path: G,
    summary: 'Replace the members of a group',
    action: 'group.update',
    body: approval.UpdateGroupRequest,
    answer: approval.GroupAnswer,
    conditional: true,
  },
  deleteGroup: {
    method: 'DELETE',
    path: G,
    summary: 'Forget a group that no quorum is made of',
    action: 'group.delete',
    answer: approval.DeletedAnswer,
    conditional: true,
  },
  createQuorum: {
    method: 'POST',
    path: '/v1/quorums',
    summary: 'Let actions need the approval of some of a group',
    action: 'quorum.create',
    body: approval.CreateQuorumRequest,
    answer: approval.QuorumAnswer,
    status: 201,
    idempotent: true,
  },
  listQuorums: {
    method: 'GET',
    path: '/v1/quorums',
    summary: 'Every quorum',
    action: 'quorum.list',
    answer: approval.QuorumListAnswer,
  },
  getQuorum: {
    method: 'GET',
    path: Q,
    summary: 'A quorum',
    action: 'quorum.get',
    answer: approval.QuorumAnswer,
  },
  updateQuorum: {
    method: 'PUT',
    path: Q,
    summary: 'Replace what a quorum guards and how; asks the quorum as it is',
    action: 'quorum.update',
    body: approval.UpdateQuorumRequest,
    answer: approval.QuorumAnswer,
    conditional: true,
  },
  deleteQuorum: {
    method: 'DELETE',
    path: Q,
    summary: 'Take a guard away; asks that quorum',
    action: 'quorum.delete',
    answer: approval.DeletedAnswer,
    conditional: true,
  },
  installGuards: {
    method: 'POST',
    path: '/v1/quorums/defaults',
    summary: 'Guard what had better not be done by one person alone',
    action: 'quorum.create',
    body: approval.InstallGuardsRequest,
    answer: approval.NewQuorumsAnswer,
    status: 201,
  },
  reportDuties: {
    method: 'GET',
    path: '/v1/duties',
    summary: 'Every duty that is not kept apart, or would not be',
    action: 'duties.report',
    answer: DutiesAnswer,
  },
  reviewAccess: {
    method: 'POST',
    path: '/v1/reviews',
    summary: 'Who can come in and what they may do, today',
    action: 'duties.review',
    body: ReviewRequest,
    answer: ReviewAnswer,
  },
  listApprovals: {
    method: 'GET',
    path: '/v1/approvals',
    summary: 'List requests, newest first',
    action: 'approval.list',
    query: approval.ApprovalListQuery,
    answer: approval.ApprovalListAnswer,
  },
  getApproval: {
    method: 'GET',
    path: A,
    summary: 'A request: exactly what is asked for, and who has signed',
    action: 'approval.get',
    answer: approval.ApprovalAnswer,
  },
  approve: {
    ...decide,
    path: `${A}/approve`,
    summary: 'Add your signature to a request',
    action: 'approval.approve',
    body: approval.ApproveRequest,
  },
  denyApproval: {
    ...decide,
    path: `${A}/deny`,
    summary: 'End a request with a no',
    action: 'approval.deny',
  },
  cancelApproval: {
    ...decide,
    path: `${A}/cancel`,
    summary: 'Take a request of yours back',
    action: 'approval.cancel',
  },
  executeApproval: {
    ...decide,
    path: `${A}/execute`,
    summary: 'Make the call that was approved, for whoever asked for it',
    action: 'approval.get',
  },
} as const satisfies Readonly<Record<string, Route>>

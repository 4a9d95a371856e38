import { createHash } from 'node:crypto'
import { canonicalJson } from '@claviger/bytes'
import type { Row } from './request-row.ts'
import type { FakeAnswer } from './test-environment.ts'

export const APPROVAL_ID = '0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77'

export const CONTENT = {
  version: 1,
  id: APPROVAL_ID,
  tenant: 'default',
  action: 'key.destroy',
  target: { kind: 'key', id: 'k1', name: 'payments', revision: 3 },
  input: { key: 'payments', windowDays: 0 },
  requester: { id: 'p1', name: 'officer' },
  reason: 'end of contract',
  quorums: [
    { id: 'q1', name: 'two', revision: 1, group: 'g1', approvals: 2, distinctTeams: false },
  ],
  createdAt: 0,
  expiresAt: 604_800_000,
} as const

const content = canonicalJson(CONTENT)
export const DIGEST = createHash('sha256').update(content).digest('hex')

/** As the keeper answers it; what a test says of it stands in the place of what is true. */
export function approvalAnswer(change: object = {}): FakeAnswer {
  const { version: _version, ...readable } = CONTENT
  const approval = {
    ...readable,
    createdAt: '1970-01-01T00:00:00.000Z',
    expiresAt: '1970-01-08T00:00:00.000Z',
    status: 'pending',
    content,
    digest: DIGEST,
    statement: 'not what is signed',
    signatures: [],
    revision: 1,
    ...change,
  }
  return [200, { approval, entry: 1 }]
}

const group: FakeAnswer = [
  200,
  {
    group: {
      id: 'g1',
      tenant: 'default',
      name: 'board',
      members: [{ principal: 'p1', team: 'red' }, { principal: 'p2' }],
      createdAt: '1970-01-01T00:00:00.000Z',
      updatedAt: '1970-01-01T00:00:00.000Z',
      revision: 1,
    },
    entry: 1,
  },
]
const quorum: FakeAnswer = [
  200,
  {
    quorum: {
      id: 'q1',
      tenant: 'default',
      name: 'two',
      actions: ['key.destroy'],
      labels: { critical: 'yes' },
      approvals: 2,
      group: 'g1',
      distinctTeams: true,
      reason: true,
      gatherSeconds: 604_800,
      executeSeconds: 5_400,
      createdAt: '1970-01-01T00:00:00.000Z',
      updatedAt: '1970-01-01T00:00:00.000Z',
      revision: 1,
    },
    entry: 1,
  },
]
const A = `/v1/approvals/${APPROVAL_ID}`

export const APPROVAL_ROWS: readonly Row[] = [
  {
    line: 'group create board --member ann=red --member ben',
    asks: [
      'POST',
      '/v1/groups',
      { name: 'board', members: [{ principal: 'ann', team: 'red' }, { principal: 'ben' }] },
    ],
    answer: group,
  },
  {
    line: 'group create nobody',
    asks: ['POST', '/v1/groups', { name: 'nobody', members: [] }],
    answer: group,
  },
  {
    line: 'group update board --member ann --revision 3',
    asks: ['PUT', '/v1/groups/board', { members: [{ principal: 'ann' }] }],
    answer: group,
  },
  { line: 'group show board', asks: ['GET', '/v1/groups/board'], answer: group },
  {
    line: 'group list',
    asks: ['GET', '/v1/groups'],
    answer: [200, { groups: [], damaged: [], entry: 1 }],
  },
  {
    line: 'group delete board',
    asks: ['DELETE', '/v1/groups/board'],
    answer: [200, { name: 'board', entry: 1 }],
  },
  {
    line: 'quorum create two --action key.destroy --action key.export --label critical=yes --on-name pay/* --approvals 2 --group board --distinct-teams --reason-needed --gather 3d --execute 2h',
    asks: [
      'POST',
      '/v1/quorums',
      {
        name: 'two',
        actions: ['key.destroy', 'key.export'],
        names: ['pay/*'],
        labels: { critical: 'yes' },
        approvals: 2,
        group: 'board',
        distinctTeams: true,
        reason: true,
        gatherSeconds: 259_200,
        executeSeconds: 7_200,
      },
    ],
    answer: quorum,
  },
  {
    line: 'quorum update two --action key.destroy --approvals 3 --group board --revision 2',
    asks: ['PUT', '/v1/quorums/two', { actions: ['key.destroy'], approvals: 3, group: 'board' }],
    answer: quorum,
  },
  { line: 'quorum show two', asks: ['GET', '/v1/quorums/two'], answer: quorum },
  {
    line: 'quorum defaults --group officers --threshold 2 --guard export --reason-needed',
    asks: [
      'POST',
      '/v1/quorums/defaults',
      { group: 'officers', approvals: 2, guards: ['export'], reason: true },
    ],
    answer: [201, { quorums: [], entry: 1 }],
  },
  {
    line: 'duties report',
    asks: ['GET', '/v1/duties'],
    answer: [200, { findings: [], violations: 0, damaged: [], entry: 1 }],
  },
  {
    line: 'break-glass status',
    asks: ['GET', '/v1/break-glass'],
    answer: [200, { emergencies: [], damaged: [], entry: 1 }],
  },
  {
    line: 'break-glass close vault',
    asks: ['POST', '/v1/break-glass/vault/close', {}],
    answer: [
      200,
      { emergency: { name: 'vault', roles: ['officer'], seconds: 3_600, isOpen: false }, entry: 1 },
    ],
  },
  {
    line: 'quorum list',
    asks: ['GET', '/v1/quorums'],
    answer: [200, { quorums: [], damaged: [], entry: 1 }],
  },
  {
    line: 'quorum delete two --revision 4',
    asks: ['DELETE', '/v1/quorums/two'],
    answer: [200, { name: 'two', entry: 1 }],
  },
  {
    line: 'principal enroll ann --no-approver-keys',
    asks: ['PUT', '/v1/principals/ann/approver-keys', { keys: [] }],
    answer: [
      200,
      { principal: { id: 'p', name: 'ann', roles: [], certificates: [], createdAt: '' }, entry: 1 },
    ],
  },
  {
    line: 'approval list',
    asks: ['GET', '/v1/approvals?open=true'],
    answer: [200, { approvals: [], damaged: [], entry: 1 }],
  },
  {
    line: 'approval list --all',
    asks: ['GET', '/v1/approvals'],
    answer: [200, { approvals: [], damaged: [], entry: 1 }],
  },
  { line: `approval show ${APPROVAL_ID}`, asks: ['GET', A], answer: approvalAnswer() },
  {
    line: `approval deny ${APPROVAL_ID}`,
    asks: ['POST', `${A}/deny`, {}],
    answer: approvalAnswer({ status: 'denied' }),
  },
  {
    line: `approval cancel ${APPROVAL_ID}`,
    asks: ['POST', `${A}/cancel`, {}],
    answer: approvalAnswer({ status: 'cancelled' }),
  },
  {
    line: `approval execute ${APPROVAL_ID}`,
    asks: ['POST', `${A}/execute`, {}],
    answer: approvalAnswer({ status: 'executed' }),
  },
]

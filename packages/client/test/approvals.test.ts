import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { canonicalJson, type CanonicalJson } from '@claviger/bytes'
import { type Approval, verifyApproval } from '../src/index.ts'
import { fakeKeeper } from './fake-keeper.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const ID = '0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77'
const CONTENT = {
  version: 1,
  id: ID,
  tenant: 'default',
  action: 'key.destroy',
  target: { kind: 'key', id: 'k1', name: 'payments', revision: 3 },
  input: { key: 'payments', windowDays: 0 },
  requester: { id: 'p1', name: 'officer' },
  reason: '',
  quorums: [],
  createdAt: 1,
  expiresAt: 2,
} as const

function approvalOf(content: CanonicalJson, change: Partial<Approval> = {}): Approval {
  const text = canonicalJson(content)
  const digest = sha256(text)
  return { id: ID, content: text, digest, ...change } as Approval
}

describe('a request that is to be approved', () => {
  test('says what is signed by what it shows', () => {
    const approval = approvalOf(CONTENT)
    const { content, digest, statementOf } = verifyApproval(ID, approval, sha256)
    assert.deepEqual(content, CONTENT)
    assert.equal(digest, approval.digest)
    assert.equal(
      statementOf('p2'),
      `claviger approval v1\napprove\ndefault\n${ID}\n${digest}\np2\n`,
    )
  })

  const other = approvalOf({ ...CONTENT, action: 'key.export' })
  const { reason: _left, ...short } = CONTENT
  const cases: readonly (readonly [string, Approval])[] = [
    ['the digest of another', approvalOf(CONTENT, { digest: other.digest })],
    ['the content of another', approvalOf(CONTENT, { content: other.content })],
    ['another request', approvalOf({ ...CONTENT, id: 'x' })],
    ['another id', approvalOf(CONTENT, { id: 'x' })],
    ['another version', approvalOf({ ...CONTENT, version: 2 })],
    ['a member that nobody is shown', approvalOf({ ...CONTENT, also: 'key.export' })],
    ['a member too few', approvalOf(short)],
    ['no target', approvalOf({ ...CONTENT, target: null })],
    ['no JSON', approvalOf(CONTENT, { content: 'nothing' })],
    ['no content', approvalOf(CONTENT, { content: undefined as unknown as string })],
  ]
  for (const [what, approval] of cases) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => verifyApproval(ID, approval, sha256), { code: 'integrity' })
    })
  }

  test('is refused when it is not canonical, whose reading could differ', () => {
    const content = JSON.stringify(CONTENT)
    const digest = sha256(content)
    const approval = approvalOf(CONTENT, { content, digest })
    assert.throws(() => verifyApproval(ID, approval, sha256), { code: 'integrity' })
  })
})

describe('calls', () => {
  test('carry why they are made', async () => {
    const { client, seen } = fakeKeeper([{ body: { name: 'q', entry: 1 } }], { reason: 'as told' })
    await client.quorums.delete('q', { expectedRevision: 2 })
    assert.equal(seen[0]?.headers['claviger-reason'], 'as told')
    assert.equal(seen[0]?.headers['if-match'], '"2"')
  })

  test('ask for what is open, page after page', async () => {
    const { client, seen } = fakeKeeper([
      { body: { approvals: [{ id: 'a' }], next: 'a', damaged: [], entry: 1 } },
      { body: { approvals: [{ id: 'b' }], damaged: [], entry: 2 } },
    ])
    const ids: string[] = []
    for await (const { id } of client.approvals.list({ open: true })) ids.push(id)
    assert.deepEqual(ids, ['a', 'b'])
    assert.equal(seen[1]?.path, '/v1/approvals?open=true&after=a')
  })

  test('send a signature as base64, once', async () => {
    const { client, seen } = fakeKeeper([{ body: { approval: {}, entry: 1 } }])
    await client.approvals.approve(ID, { key: 'k', signature: Uint8Array.of(1, 2) })
    assert.equal(seen[0]?.path, `/v1/approvals/${ID}/approve`)
    assert.deepEqual(seen[0]?.body, { key: 'k', signature: 'AQI=' })
  })
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type Approver, enrolApprover } from './approver.ts'
import type { Caller } from './key-material-story.ts'
import { type Answered, pick, pickText } from './test-world.ts'

/** Everything about quorums, once; nothing is guarded any more when it ends. */
export function tellApprovalStory({ call, ok, key }: Caller): void {
  const approve = async (by: Approver, id: string): Promise<Answered> => {
    const { body } = await ok(`/v1/approvals/${id}`, { token: by.token })
    const given = by.approval(pickText(body, 'approval.statement'))
    return ok(`/v1/approvals/${id}/approve`, { token: by.token, body: given })
  }
  const askedFor = (answered: Answered): string => {
    assert.deepEqual([answered.status, answered.body['code']], [403, 'approval-pending'])
    return pickText(answered.body, 'details.approval')
  }

  const tellEmergency = async (agree: (id: string) => Promise<unknown>): Promise<void> => {
    const guards = { group: 'board', approvals: 1, guards: ['emergency'] }
    await ok('/v1/quorums/defaults', { body: guards })
    const made = { name: 'vault', roles: ['officer'], shares: 3, threshold: 2 }
    const create = (): Promise<Answered> => call('/v1/break-glass', { body: made })
    await agree(askedFor(await create()))
    const { status, body } = await create()
    assert.deepEqual([status, pick(body, 'emergency.isOpen')], [201, false])
    const proof = (body['shares'] as string[]).slice(1).map((share) => ({ share }))
    const open = { body: { proof, reason: 'a fire' }, token: undefined }
    const few = { ...open, body: { ...open.body, proof: proof.slice(1) } }
    const refused = await call('/v1/break-glass/vault/open', few)
    assert.equal(pick(refused.body, 'details.problem'), 'too-few')
    const opened = await ok('/v1/break-glass/vault/open', open)
    const token = pickText(opened.body, 'secret')
    assert.equal((await ok('/v1/whoami', { token })).body['name'], 'emergency/vault')
    const listed = await ok('/v1/break-glass')
    assert.equal(pick(listed.body, 'emergencies.0.opened.reason'), 'a fire')
    assert.equal(listed.text.includes('commitments'), false)
    const closed = await ok('/v1/break-glass/vault/close', { body: {} })
    assert.equal(pick(closed.body, 'emergency.isOpen'), false)
    assert.equal((await call('/v1/whoami', { token })).status, 401)
    const unguard = { method: 'DELETE' }
    const path = '/v1/quorums/default%2Femergency'
    await agree(askedFor(await call(path, unguard)))
    await ok(path, unguard)
  }

  test('guarded calls wait, are shown exactly, and are made when they are approved', async () => {
    const ann = await enrolApprover(ok, 'ann')
    const ben = await enrolApprover(ok, 'ben', 'P-256')
    const shown = await ok('/v1/principals/ben')
    assert.equal(pick(shown.body, 'principal.approverKeys.0.algorithm'), 'ecdsa-p256')
    assert.match(pickText(shown.body, 'principal.approverKeys.0.addedAt'), /^\d{4}-.*Z$/)
    const members = [{ principal: 'ann', team: 'red' }, { principal: 'ben' }]
    await ok('/v1/groups', { body: { name: 'board', members } })
    await ok('/v1/groups/board', {
      method: 'PUT',
      body: { members },
      headers: { 'if-match': '"1"' },
    })
    assert.equal(pick((await ok('/v1/groups')).body, 'groups.0.members.1.principal'), ben.id)
    assert.equal(pick((await ok('/v1/groups/board')).body, 'group.revision'), 2)
    const rule = { actions: ['key.destroy'], names: ['vault/*'], approvals: 2, group: 'board' }
    await ok('/v1/quorums', { body: { name: 'two', ...rule, gatherSeconds: 3_600 } })
    assert.equal(pick((await ok('/v1/quorums/two')).body, 'quorum.gatherSeconds'), 3_600)
    assert.equal(pick((await ok('/v1/quorums')).body, 'quorums.0.executeSeconds'), 86_400)

    await key('vault/one', 'aes-256')
    const destroy = { body: { windowDays: 0 }, headers: { 'claviger-reason': 'end of contract' } }
    const refused = await call('/v1/keys/vault%2Fone/destroy', destroy)
    const id = askedFor(refused)
    assert.deepEqual(pick(refused.body, 'details.quorums'), ['two'])
    const { body } = await ok(`/v1/approvals/${id}`, { token: ann.token })
    const content = pickText(body, 'approval.content')
    const digest = createHash('sha256').update(content).digest('hex')
    assert.equal(pick(body, 'approval.digest'), digest)
    assert.equal(pick(refused.body, 'details.digest'), digest)
    assert.equal(
      pick(body, 'approval.statement'),
      `claviger approval v1\napprove\ndefault\n${id}\n${digest}\n${ann.id}\n`.replace(
        'default',
        pickText(body, 'approval.tenant'),
      ),
    )
    const input = { key: 'vault/one', windowDays: 0 }
    assert.deepEqual(pick(JSON.parse(content), 'input'), input)
    assert.deepEqual(pick(body, 'approval.input'), input)
    assert.equal(pick(body, 'approval.reason'), 'end of contract')
    assert.equal(pick((await approve(ann, id)).body, 'approval.status'), 'pending')
    const early = await call(`/v1/approvals/${id}/execute`, { body: {} })
    assert.equal(askedFor(early), id)
    const approved = await approve(ben, id)
    assert.equal(pick(approved.body, 'approval.status'), 'approved')
    assert.match(pickText(approved.body, 'approval.executeBy'), /^\d{4}-.*Z$/)
    const byOther = await call(`/v1/approvals/${id}/execute`, { body: {}, token: ann.token })
    assert.equal(byOther.body['code'], 'denied')
    const done = await ok(`/v1/approvals/${id}/execute`, { body: {} })
    assert.equal(pick(done.body, 'approval.status'), 'executed')
    assert.equal(pick((await ok('/v1/keys/vault%2Fone')).body, 'key.state'), 'destroyed')
    const again = await call(`/v1/approvals/${id}/execute`, { body: {} })
    assert.equal(again.body['code'], 'wrong-state')

    await key('vault/two', 'aes-256')
    const second = askedFor(await call('/v1/keys/vault%2Ftwo/destroy', destroy))
    await ok(`/v1/approvals/${second}/deny`, { token: ann.token, body: {} })
    const third = askedFor(await call('/v1/keys/vault%2Ftwo/destroy', destroy))
    assert.notEqual(third, second)
    const open = await ok('/v1/approvals?open=true&limit=10')
    assert.deepEqual(pick(open.body, 'approvals.length'), 1)
    await ok(`/v1/approvals/${third}/cancel`, { body: {} })
    assert.equal(pick((await ok('/v1/approvals')).body, 'approvals.length'), 3)

    const report = await ok('/v1/duties')
    const rules = (report.body['findings'] as { rule: string }[]).map(({ rule }) => rule)
    assert.ok(rules.includes('unguarded'), report.text)
    assert.equal(typeof pick(report.body, 'violations'), 'number')

    const reviewed = await ok('/v1/reviews', { body: { staleDays: 30 } })
    const text = pickText(reviewed.body, 'review')
    const sha256 = createHash('sha256').update(text).digest('hex')
    assert.equal(reviewed.body['digest'], sha256)
    assert.match(text, /"name":"ann"/)

    const weaker = { method: 'PUT', body: { ...rule, approvals: 1 } }
    const change = askedFor(await call('/v1/quorums/two', weaker))
    await approve(ann, change)
    await approve(ben, change)
    await ok('/v1/quorums/two', weaker)
    const away = { method: 'DELETE' }
    const lift = askedFor(await call('/v1/quorums/two', away))
    await approve(ben, lift)
    await ok('/v1/quorums/two', away)
    // Guards nothing that the tests after this one do.
    const guards = { group: 'board', approvals: 1, guards: ['critical'] }
    const guarded = await ok('/v1/quorums/defaults', { body: guards })
    assert.equal(pick(guarded.body, 'quorums.0.name'), 'default/critical')
    const unguard = '/v1/quorums/default%2Fcritical'
    await approve(ann, askedFor(await call(unguard, away)))
    await ok(unguard, away)
    await tellEmergency((id) => approve(ann, id))
    await ok('/v1/groups/board', away)
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './key-material-story.ts'
import { pick } from './test-world.ts'

/** What can be asked of policies, over HTTP. */
export function tellPolicyStory({ call, ok, key }: Caller): void {
  test('a policy is checked without being put', async () => {
    const good = await ok('/v1/policies/check', {
      body: { text: 'permit (principal, action, resource);' },
    })
    assert.deepEqual([good.body['accepted'], good.body['faults']], [true, []])
    const text = 'permit (principal, action, resource);\npermit (principal,, resource);'
    const bad = await ok('/v1/policies/check', { body: { text } })
    assert.equal(bad.body['accepted'], false)
    assert.deepEqual([pick(bad.body, 'faults.0.line'), pick(bad.body, 'faults.0.column')], [2, 19])
    assert.equal((await call('/v1/policies/check')).status, 404, 'a policy may have that name')
  })

  test('a decision is explained, and who may is told', async () => {
    await key('explained', 'aes-256')
    await ok('/v1/principals', { body: { name: 'una', kind: 'person', roles: ['user'] } })
    const question = { action: 'key.destroy', target: 'explained' }
    const one = await ok('/v1/policies/explain', { body: { ...question, principal: 'una' } })
    assert.equal(pick(one.body, 'explanations.0.allowed'), false)
    assert.deepEqual(pick(one.body, 'explanations.0.missingRoles'), ['officer'])
    const all = await ok('/v1/policies/explain', {
      body: { ...question, action: 'key.encrypt', peer: '10.0.0.1', limit: 100 },
    })
    assert.ok(JSON.stringify(all.body['explanations']).includes('"una"'))
    const wrong = { body: { ...question, action: 'key.frobnicate' } }
    assert.equal((await call('/v1/policies/explain', wrong)).status, 400)
  })

  test('what a policy would change is told, and expectations are held against it', async () => {
    await key('compared', 'aes-256')
    await ok('/v1/principals', { body: { name: 'odd', kind: 'person', roles: ['officer'] } })
    const text = 'forbid (principal, action == Action::"key.destroy", resource is Key);'
    const diff = await ok('/v1/policies/diff', { body: { name: 'still', text } })
    assert.equal(diff.body['truncated'], false)
    assert.deepEqual(pick(diff.body, 'changes.0.after'), ['still'])
    const expectations = [
      { principal: 'odd', action: 'key.destroy', target: 'compared', expect: 'denied' },
    ]
    const now = await ok('/v1/policies/test', { body: { expectations } })
    assert.equal(now.body['failed'], 1)
    const proposal = { name: 'still', text }
    const then = await ok('/v1/policies/test', { body: { expectations, proposal } })
    assert.equal(then.body['failed'], 0)
  })

  test('what a policy was is told, and by whom', async () => {
    const text = '// first'
    await ok('/v1/policies/old', { method: 'PUT', body: { text } })
    await ok('/v1/policies/old', { method: 'DELETE' })
    const { body } = await ok('/v1/policies/old/history')
    assert.deepEqual(pick(body, 'versions.0.text'), text)
    assert.deepEqual(pick(body, 'versions.1.by.name'), 'administrator')
    assert.equal(pick(body, 'versions.1.text'), undefined)
    assert.equal((await call('/v1/policies/never/history')).status, 404)
  })
}

/** Approvals over HTTP: time, changed targets, what is not kept, and who may say what. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Approver, enrolApprover } from './approver.ts'
import { ask, type Asked, openInitialized, pick, pickText, type TestWorld } from './test-world.ts'

let world: TestWorld
let ann: Approver

async function ok(path: string, asked: Asked = {}) {
  const answered = await ask(world, path, asked)
  assert.ok(answered.status < 300, `${path}: ${answered.text}`)
  return answered
}

async function asked(path: string, more: Asked): Promise<string> {
  const { status, body, text } = await ask(world, path, more)
  assert.deepEqual([status, body['code']], [403, 'approval-pending'], text)
  return pickText(body, 'details.approval')
}

async function codeOf(path: string, more: Asked): Promise<unknown> {
  return (await ask(world, path, more)).body['code']
}

async function approve(id: string): Promise<void> {
  const { body } = await ok(`/v1/approvals/${id}`, { token: ann.token })
  const given = ann.approval(pickText(body, 'approval.statement'))
  await ok(`/v1/approvals/${id}/approve`, { token: ann.token, body: given })
}

before(async () => {
  world = await openInitialized()
  ann = await enrolApprover(ok, 'ann')
  await ok('/v1/groups', { body: { name: 'board', members: [{ principal: 'ann' }] } })
  const actions = ['key.update', 'key.destroy', 'policy.put', 'key.rotate']
  const seconds = { gatherSeconds: 3_600, executeSeconds: 600 }
  const rule = { name: 'one', actions, approvals: 1, group: 'board', ...seconds }
  await ok('/v1/quorums', { body: rule })
})
after(() => world.close())

const key = (name: string) => ok('/v1/keys', { body: { name, spec: 'aes-256' } })

test('a request that was not approved in time is over, and so is one not executed in time', async () => {
  await key('late')
  const call = { body: { windowDays: 7 } }
  const first = await asked('/v1/keys/late/destroy', call)
  world.ahead.ms += 3_600_000
  const { body } = await ok(`/v1/approvals/${first}`)
  assert.equal(pick(body, 'approval.status'), 'expired')
  const given = ann.approval(pickText(body, 'approval.statement'))
  const path = `/v1/approvals/${first}/approve`
  assert.equal(await codeOf(path, { token: ann.token, body: given }), 'wrong-state')
  const second = await asked('/v1/keys/late/destroy', call)
  assert.notEqual(second, first)
  await approve(second)
  world.ahead.ms += 600_000
  assert.equal(await codeOf(`/v1/approvals/${second}/execute`, { body: {} }), 'wrong-state')
  assert.notEqual(await asked('/v1/keys/late/destroy', call), second)
  assert.equal(pick((await ok('/v1/keys/late')).body, 'key.state'), 'active')
})

test('what has changed since is not done', async () => {
  await key('moving')
  const id = await asked('/v1/keys/moving/destroy', { body: { windowDays: 7 } })
  await approve(id)
  await ok('/v1/keys/moving/suspend', { body: { reason: 'meanwhile' } })
  const execute = `/v1/approvals/${id}/execute`
  assert.equal(await codeOf(execute, { body: {} }), 'precondition-failed')
  assert.equal(pick((await ok('/v1/keys/moving')).body, 'key.destroyAt'), undefined)
})

test('an update and a rotation of its own are executed as what they are', async () => {
  await key('plain')
  const update = await asked('/v1/keys/plain', { method: 'PATCH', body: { description: 'mine' } })
  await approve(update)
  await ok(`/v1/approvals/${update}/execute`, { body: {} })
  assert.equal(pick((await ok('/v1/keys/plain')).body, 'key.description'), 'mine')
  const rotation = await asked('/v1/keys/plain/set-rotation', { body: { periodDays: 90 } })
  await approve(rotation)
  await ok(`/v1/approvals/${rotation}/execute`, { body: {} })
  assert.equal(pick((await ok('/v1/keys/plain')).body, 'key.rotation.periodDays'), 90)
})

test('what a request keeps the hash of only is repeated, not executed', async () => {
  const text = `// ${'x'.repeat(5_000)}\npermit(principal, action, resource);`
  const call = { method: 'PUT', body: { text } }
  const id = await asked('/v1/policies/long', call)
  await approve(id)
  assert.equal(await codeOf(`/v1/approvals/${id}/execute`, { body: {} }), 'unsupported')
  await ok('/v1/policies/long', call)
})

test('labels that are called like a hash are labels', async () => {
  await key('odd')
  const labels = { sha256: '00', bytes: '1' }
  const id = await asked('/v1/keys/odd', { method: 'PATCH', body: { labels } })
  await approve(id)
  await ok(`/v1/approvals/${id}/execute`, { body: {} })
  assert.deepEqual(pick((await ok('/v1/keys/odd')).body, 'key.labels'), labels)
})

test('a reason is printable and has an end', async () => {
  await key('why')
  const destroy = (reason: string) =>
    ask(world, '/v1/keys/why/destroy', { body: {}, headers: { 'claviger-reason': reason } })
  assert.equal((await destroy('r'.repeat(513))).body['code'], 'invalid-input')
  assert.equal((await destroy('caf\u00e9')).body['code'], 'invalid-input')
  assert.equal((await destroy('r'.repeat(512))).body['code'], 'approval-pending')
})

test('what is no key or no signature is refused', async () => {
  const enrol = (text: string) =>
    ask(world, '/v1/principals/ann/approver-keys', {
      method: 'PUT',
      body: { keys: [Buffer.from(text).toString('base64')] },
    })
  await ok('/v1/principals', { body: { name: 'ben', kind: 'person', roles: ['approver'] } })
  assert.equal((await enrol('nothing')).body['code'], 'approval-pending', 'ann is in the quorum')
  await key('kept')
  const id = await asked('/v1/keys/kept/destroy', { body: {} })
  const given = ann.approval('another text')
  const path = `/v1/approvals/${id}/approve`
  assert.equal(await codeOf(path, { token: ann.token, body: given }), 'authentication-failed')
  const short = { key: 'abc', signature: given.signature }
  assert.equal(await codeOf(path, { token: ann.token, body: short }), 'invalid-input')
  assert.equal(await codeOf('/v1/approvals/nothing/deny', { body: {} }), 'not-found')
})

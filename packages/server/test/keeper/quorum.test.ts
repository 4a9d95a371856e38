import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as core from '@claviger/core'
import { DEFAULT_TENANT } from '@claviger/core'
import {
  makeQuorumWorld,
  type Person,
  type QuorumWorld,
  refusal,
  statementSignature,
} from './quorum-world.ts'
import { REQUEST, T0 } from './world.ts'

const DAY_MS = 86_400_000
const RULE = { actions: ['key.destroy'], labels: { critical: 'yes' }, approvals: 2, group: 'board' }

interface Guarded extends QuorumWorld {
  readonly officer: Person
  readonly ann: Person
  readonly ben: Person
  readonly cyd: Person
}

/** A key `payments` that two of three have to agree to destroy. */
async function guarded(rule: Partial<core.CreateQuorumInput> = {}): Promise<Guarded> {
  const world = makeQuorumWorld()
  const officer = await world.person('officer', ['officer', 'user'])
  const ann = await world.person('ann')
  const ben = await world.person('ben', ['approver'], 'P-256')
  const cyd = await world.person('cyd')
  const members = [
    { principal: 'ann', team: 'red' },
    { principal: 'ben', team: 'red' },
    { principal: 'cyd', team: 'blue' },
  ]
  await world.as(world.admin, core.createGroup, { name: 'board', members })
  await world.as(world.admin, core.createQuorum, { name: 'two-of-three', ...RULE, ...rule })
  const labels = { critical: 'yes' }
  await world.as(officer.session, core.createKey, {
    name: 'payments',
    spec: 'aes-256',
    purpose: 'encrypt',
    labels,
  })
  return { ...world, officer, ann, ben, cyd }
}

const destroy = ({ as, officer }: Guarded, windowDays = 0) =>
  as(officer.session, core.destroyKey, { key: 'payments', windowDays })

async function stateOf({ as, officer }: Guarded): Promise<string> {
  const { key } = await as(officer.session, core.getKey, { key: 'payments' })
  return key.state
}

describe('a guarded call', () => {
  it('waits for its quorum, and is done once when it is repeated', async () => {
    const world = await guarded()
    const approval = await world.asked(destroy(world))
    assert.equal((await world.asked(destroy(world))).id, approval.id, 'asked once')
    assert.equal((await world.approve(world.ann, approval)).status, 'pending')
    assert.equal((await world.asked(destroy(world))).id, approval.id)
    assert.equal((await world.approve(world.ben, approval)).status, 'approved')
    await destroy(world)
    assert.equal(await stateOf(world), 'destroyed')
    const { records } = await world.store.list('approval', { tenant: DEFAULT_TENANT, limit: 10 })
    assert.deepEqual(
      records.map(({ value }) => value.state),
      ['executed'],
    )
    const done = world.log.events.find(
      ({ action, outcome }) => action === 'key.destroy' && outcome === 'allowed',
    )
    const { versions: _destroyed, ...details } = (done?.['details'] ?? {}) as Record<
      string,
      unknown
    >
    assert.deepEqual(details, { approval: approval.id, approvers: ['ann', 'ben'] })
    assert.equal(world.log.events.filter(({ action }) => action === 'approval.request').length, 1)
  })

  it('shows those who approve exactly what will be done', async () => {
    const world = await guarded()
    const { content } = await world.asked(destroy(world, 7))
    assert.equal(content.action, 'key.destroy')
    assert.deepEqual(content.input, { key: 'payments', windowDays: 7 })
    assert.equal(content.target.name, 'payments')
    assert.equal(content.requester.name, 'officer')
    const other = await world.asked(destroy(world, 8))
    assert.notEqual(other.id, content.id, 'another input is another request')
  })

  it('counts no signature that is not by its approver over this request', async () => {
    const world = await guarded()
    const { ann, ben, cyd, officer } = world
    const approval = await world.asked(destroy(world, 7))
    const other = await world.asked(destroy(world, 8))
    const give = (by: Person, key: string, signature: Uint8Array, session = by.session) =>
      refusal(world.as(session, core.approve, { approval: approval.id, key, signature }))
    const good = statementSignature(ann, approval)
    for (let index = 0; index < good.length; index++) {
      const flipped = Uint8Array.from(good)
      flipped[index] = (flipped[index] ?? 0) ^ 1
      assert.equal((await give(ann, ann.keyId, flipped)).code, 'authentication-failed')
    }
    const cases: readonly (readonly [string, Promise<core.KeeperError>])[] = [
      ['of another request', give(ann, ann.keyId, statementSignature(ann, other))],
      ["another's key", give(ann, cyd.keyId, statementSignature(cyd, approval))],
      ["another's signature", give(ann, ann.keyId, statementSignature(cyd, approval))],
      ['empty', give(ann, ann.keyId, new Uint8Array())],
      ['too long', give(ann, ann.keyId, new Uint8Array(2_000))],
      ['a key nobody has', give(ann, '00'.repeat(32), good)],
      [
        'of nobody in the group',
        give(officer, officer.keyId, statementSignature(officer, approval)),
      ],
    ]
    for (const [what, refused] of cases) {
      const { code } = await refused
      assert.ok(code === 'authentication-failed' || code === 'denied', `${what}: ${code}`)
    }
    await world.approve(ann, approval)
    assert.equal((await refusal(world.approve(ann, approval))).code, 'conflict', 'twice')
    await world.approve(ben, approval)
    await destroy(world, 7)
  })

  it('is not done for a requester who is of the quorum and approves it', async () => {
    const world = await guarded()
    const both = await world.person('both', ['officer', 'approver'])
    const members = [{ principal: 'ann' }, { principal: 'both' }, { principal: 'cyd' }]
    const change = () => world.as(world.admin, core.updateGroup, { group: 'board', members })
    const asked = await world.asked(change())
    await world.approve(world.ann, asked)
    await world.approve(world.cyd, asked)
    await change()
    const call = () => world.as(both.session, core.destroyKey, { key: 'payments', windowDays: 0 })
    const approval = await world.asked(call())
    assert.equal((await refusal(world.approve(both, approval))).code, 'denied')
    await world.approve(world.ann, approval)
    await world.asked(call())
  })

  it('is another call once its target has changed', async () => {
    const world = await guarded()
    const approval = await world.asked(destroy(world))
    await world.approve(world.ann, approval)
    await world.approve(world.cyd, approval)
    const description = 'not what it was'
    await world.as(world.officer.session, core.updateKey, { key: 'payments', description })
    const again = await world.asked(destroy(world))
    assert.notEqual(again.id, approval.id)
    assert.equal(await stateOf(world), 'active')
  })

  it('has its time, for approvals and for the act', async () => {
    const world = await guarded({ gatherSeconds: 3_600, executeSeconds: 600 })
    const late = await world.asked(destroy(world))
    world.clock.set(T0 + 3_600_000)
    assert.equal((await refusal(world.approve(world.ann, late))).code, 'wrong-state')
    const again = await world.asked(destroy(world))
    assert.notEqual(again.id, late.id)
    await world.approve(world.ann, again)
    await world.approve(world.ben, again)
    world.clock.set(T0 + 3_600_000 + 600_000)
    assert.notEqual((await world.asked(destroy(world))).id, again.id)
  })

  it('ends with one no, also after its quorum, and by who asked', async () => {
    const world = await guarded()
    const one = await world.asked(destroy(world))
    await world.approve(world.ann, one)
    await world.approve(world.ben, one)
    await world.as(world.cyd.session, core.deny, { approval: one.id })
    const two = await world.asked(destroy(world))
    assert.notEqual(two.id, one.id)
    const byOther = world.as(world.ann.session, core.cancelApproval, { approval: two.id })
    assert.equal((await refusal(byOther)).code, 'denied')
    const ownNo = world.as(world.officer.session, core.deny, { approval: two.id })
    assert.equal((await refusal(ownNo)).code, 'denied')
    await world.as(world.officer.session, core.cancelApproval, { approval: two.id })
    assert.equal((await refusal(world.approve(world.ann, two))).code, 'wrong-state')
  })

  it('is not done when an approver is one no more', async () => {
    const world = await guarded()
    const approval = await world.asked(destroy(world))
    await world.approve(world.ann, approval)
    await world.approve(world.ben, approval)
    const ann = world.ann.principal.id
    await world.as(world.admin, core.updatePrincipal, { principal: ann, disabled: true })
    assert.equal((await world.asked(destroy(world))).id, approval.id)
    const back = world.as(world.admin, core.updatePrincipal, { principal: ann, disabled: false })
    await world.asked(back)
    assert.equal(await stateOf(world), 'active')
    await world.approve(world.cyd, approval)
    await destroy(world)
  })

  it('counts teams once and keys once where that is asked for', async () => {
    const world = await guarded({ distinctTeams: true })
    const approval = await world.asked(destroy(world))
    await world.approve(world.ann, approval)
    assert.equal((await world.approve(world.ben, approval)).status, 'pending', 'both are red')
    assert.equal((await world.approve(world.cyd, approval)).status, 'approved')
    await destroy(world)
  })

  it('counts a key once, whoever else says that it is theirs', async () => {
    const world = await guarded()
    const { ann, ben } = world
    const spki = ann.principal.approverKeys?.[0]?.publicKey ?? ''
    const keys = [Buffer.from(spki, 'base64')]
    const enrol = () => world.as(world.admin, core.enrollPrincipal, { principal: 'ben', keys })
    const change = await world.asked(enrol())
    await world.approve(ann, change)
    await world.approve(world.cyd, change)
    await enrol()
    const approval = await world.asked(destroy(world))
    await world.approve(ann, approval)
    const twin = { ...ben, privateKey: ann.privateKey, keyId: ann.keyId }
    assert.equal((await world.approve(twin, approval)).status, 'pending')
    await world.asked(destroy(world))
  })

  it('says why, where a quorum asks for it', async () => {
    const world = await guarded({ reason: true })
    assert.equal((await refusal(destroy(world))).code, 'invalid-input')
    const { officer } = world
    const input = { key: 'payments', windowDays: 0, reason: 'end of contract' }
    const own = await world.asked(world.as(officer.session, core.destroyKey, input))
    assert.equal(own.content.reason, 'end of contract')
    const request = { ...REQUEST, reason: 'as ordered' }
    const call = world.keeper.execute(
      officer.session,
      core.destroyKey,
      { key: 'payments', windowDays: 0 },
      request,
    )
    assert.equal((await world.asked(call)).content.reason, 'as ordered')
  })

  it('tries itself dry without asking anybody', async () => {
    const world = await guarded()
    const { officer, keeper } = world
    const input = { key: 'payments', windowDays: 0 }
    const options = { dryRun: true }
    const call = keeper.execute(officer.session, core.destroyKey, input, REQUEST, options)
    const { code, details } = await refusal(call)
    assert.equal(code, 'approval-pending')
    assert.equal(details['approval'], undefined)
    const { records } = await world.store.list('approval', { tenant: DEFAULT_TENANT, limit: 10 })
    assert.equal(records.length, 0)
  })

  it('is stopped from filling the list of requests', async () => {
    const world = await guarded()
    for (let days = 1; days <= 64; days++) await world.asked(destroy(world, days))
    assert.equal((await refusal(destroy(world, 65))).code, 'limit-reached')
    world.clock.set(T0 + 8 * DAY_MS)
    await world.asked(destroy(world, 65))
  })
})

describe('what guards', () => {
  it('is not lifted by one person: rule, group, keys, labels, and who was shut out', async () => {
    const world = await guarded()
    const { as, admin, officer, ann } = world
    const principal = ann.principal.id
    await world.asked(as(admin, core.deleteQuorum, { quorum: 'two-of-three' }))
    const weaker = { ...RULE, quorum: 'two-of-three', approvals: 1 }
    await world.asked(as(admin, core.updateQuorum, weaker))
    await world.asked(as(admin, core.updateGroup, { group: 'board', members: [{ principal }] }))
    await world.asked(as(admin, core.deleteGroup, { group: 'board' }))
    await world.asked(as(admin, core.enrollPrincipal, { principal, keys: [] }))
    await world.asked(as(officer.session, core.updateKey, { key: 'payments', labels: {} }))
    await as(officer.session, core.updateKey, { key: 'payments', description: 'may be said' })
  })

  it('refuses what it could not keep to', async () => {
    const world = await guarded()
    const { as, admin } = world
    const put = async (change: Partial<core.CreateQuorumInput>) => {
      const input = { name: 'other', ...RULE, ...change }
      return (await refusal(as(admin, core.createQuorum, input))).code
    }
    assert.equal(await put({ approvals: 4 }), 'conflict')
    assert.equal(await put({ approvals: 3, distinctTeams: true }), 'conflict')
    assert.equal(await put({ approvals: 0 }), 'invalid-input')
    assert.equal(await put({ approvals: 1.5 }), 'invalid-input')
    assert.equal(await put({ actions: ['key.suspend'] }), 'invalid-input')
    assert.equal(await put({ actions: [] }), 'invalid-input')
    assert.equal(await put({ group: 'nobody' }), 'invalid-input')
    assert.equal(await put({ names: ['a*b'] }), 'invalid-input')
    assert.equal(await put({ gatherSeconds: 1 }), 'invalid-input')
    assert.equal(await put({ name: 'two-of-three' }), 'conflict')
    const twice = [{ principal: 'ann' }, { principal: 'ann' }]
    const made = as(admin, core.createGroup, { name: 'g', members: twice })
    assert.equal((await refusal(made)).code, 'invalid-input')
    const keys = [Buffer.from('-----BEGIN PRIVATE KEY-----\n')]
    const enrolled = as(admin, core.enrollPrincipal, { principal: 'officer', keys })
    assert.equal((await refusal(enrolled)).code, 'invalid-input')
  })

  it('holds back uses of a key too, each use by itself', async () => {
    const world = await guarded({ actions: ['key.decrypt', 'key.export'] })
    const { keeper, officer, ann, ben } = world
    const data = Buffer.from('secret plan')
    const sealed = await keeper.executeData(
      officer.session,
      core.encrypt,
      { key: 'payments', items: [{ plaintext: data }] },
      REQUEST,
    )
    const [item] = sealed.results
    assert.ok(item?.ok)
    const call = () =>
      keeper.executeData(
        officer.session,
        core.decrypt,
        { key: 'payments', items: [{ ...item.value, key: sealed.key.id }] },
        REQUEST,
      )
    const approval = await world.asked(call())
    await world.approve(ann, approval)
    await world.approve(ben, approval)
    const opened = await call()
    assert.ok(opened.results[0]?.ok)
    assert.notEqual((await world.asked(call())).id, approval.id, 'spent')
  })
})

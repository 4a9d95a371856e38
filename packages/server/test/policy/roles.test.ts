import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { type Action, ACTIONS, type Resource, type Role, ROLES } from '@claviger/core'
import { actionFacts, ENTITY_TYPES } from '../../src/policy/cedar/schema.ts'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { CALL, sampleResource, sampleSession, TENANT } from './sample-requests.ts'

const administrator = 'administrator'
const officer = 'officer'
const user = 'user'
const auditor = 'auditor'
const operator = 'operator'
const approver = 'approver'

/** Who may do what: written out, so that a change of the groups behind the policies shows here. */
const MAY: Readonly<Record<Action, readonly Role[]>> = {
  'key.create': [officer],
  'key.import': [officer],
  'key.delete-material': [officer],
  'key.get': [administrator, officer, user, auditor],
  'key.list': [administrator, officer, user, auditor],
  'key.update': [officer],
  'key.activate': [officer],
  'key.rotate': [officer],
  'key.suspend': [officer],
  'key.resume': [officer],
  'key.deactivate': [officer],
  'key.revoke': [officer],
  'key.destroy': [officer],
  'key.cancel-destroy': [officer],
  'key.history': [administrator, officer, auditor],
  'key.public-key': [officer, user],
  'key.export': [officer],
  'key.attach': [officer],
  'key.detach': [officer, user],
  'key.apply-schedule': [],
  'key.encrypt': [user],
  'key.decrypt': [user],
  'key.re-encrypt-from': [user],
  'key.re-encrypt-to': [user],
  'key.sign': [user],
  'key.verify': [user],
  'key.mac': [user],
  'key.verify-mac': [user],
  'key.wrap': [user],
  'key.unwrap': [user],
  'key.generate-data-key': [user],
  'key.generate-data-key-pair': [user],
  'key.derive': [user],
  'key.agree': [user],
  'key.encapsulate': [user],
  'key.decapsulate': [user],
  random: [user],
  'object.create': [officer],
  'object.get': [administrator, officer, user, auditor],
  'object.list': [administrator, officer, user, auditor],
  'object.update': [officer],
  'object.read': [user],
  'object.activate': [officer],
  'object.suspend': [officer],
  'object.resume': [officer],
  'object.deactivate': [officer],
  'object.revoke': [officer],
  'object.destroy': [officer],
  'object.apply-schedule': [],
  'tenant.attach': [officer],
  'tenant.create': [operator],
  'tenant.get': [operator],
  'tenant.list': [operator],
  'tenant.suspend': [operator],
  'tenant.resume': [operator],
  'tenant.set-quota': [operator],
  'tenant.shred': [operator],
  'tenant.usage': [administrator],
  'tenant.protect': [administrator],
  'tenant.seal': [administrator],
  'tenant.unseal': [administrator],
  'principal.create': [administrator],
  'principal.get': [administrator, auditor],
  'principal.list': [administrator, auditor],
  'principal.update': [administrator],
  'principal.attach': [administrator],
  'principal.enroll': [administrator],
  'token.create': [administrator],
  'token.list': [administrator, auditor],
  'token.revoke': [administrator],
  'policy.get': [administrator, auditor],
  'policy.list': [administrator, auditor],
  'policy.put': [administrator],
  'policy.delete': [administrator],
  'policy.check': [administrator, auditor],
  'policy.explain': [administrator, auditor],
  'group.create': [administrator],
  'group.get': [administrator, auditor],
  'group.list': [administrator, auditor],
  'group.update': [administrator],
  'group.delete': [administrator],
  'quorum.create': [administrator],
  'quorum.get': [administrator, auditor],
  'quorum.list': [administrator, auditor],
  'quorum.update': [administrator],
  'quorum.delete': [administrator],
  'duties.report': [administrator, auditor],
  'duties.review': [auditor],
  'break-glass.create': [administrator],
  'break-glass.open': [],
  'break-glass.close': [administrator, officer],
  'break-glass.list': [administrator, officer, auditor],
  'approval.request': [],
  'approval.get': [administrator, officer, user, auditor, approver],
  'approval.list': [administrator, officer, user, auditor, approver],
  'approval.approve': [approver],
  'approval.deny': [approver],
  'approval.cancel': [administrator, officer, user],
  'audit.list': [auditor],
  'audit.receipt': [auditor],
  'audit.checkpoint': [auditor, operator],
  'backup.create': [operator],
  'backup.tombstones': [operator],
  'backup.restore': [],
  'seal.initialize': [operator],
  'seal.unseal': [operator],
  'seal.seal': [operator],
  'seal.rekey': [operator],
  'seal.rotate-root': [operator],
  'seal.check-share': [operator],
  'session.authenticate': [],
}

const KINDS = Object.entries(ENTITY_TYPES) as [Resource['kind'], string][]

function kindOf(action: Action): Resource['kind'] {
  const type = actionFacts(action)?.on ?? 'Key'
  return KINDS.find(([, name]) => name === type)?.[0] ?? 'key'
}

describe('the built-in roles', () => {
  const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
  authorizer.setPolicies(TENANT, [])

  test('every action has a row', () => {
    assert.deepEqual(Object.keys(MAY).sort(), [...ACTIONS].sort())
  })

  for (const role of ROLES) {
    test(`${role}: may what its column says, and nothing else`, () => {
      const session = sampleSession([role])
      for (const action of ACTIONS) {
        const decision = authorizer.decide(session, action, sampleResource(kindOf(action)), CALL)
        const allowed = MAY[action].includes(role)
        assert.deepEqual(decision, { allowed, policies: allowed ? [`role:${role}`] : [] }, action)
      }
    })
  }

  test('several roles may what any of them may', () => {
    for (const first of ROLES) {
      for (const second of ROLES) {
        const session = sampleSession([first, second])
        for (const action of ACTIONS) {
          const resource = sampleResource(kindOf(action))
          const { allowed } = authorizer.decide(session, action, resource, CALL)
          const expected = MAY[action].includes(first) || MAY[action].includes(second)
          assert.equal(allowed, expected, `${first}, ${second}: ${action}`)
        }
      }
    }
  })

  test('whoever has no role may nothing', () => {
    for (const action of ACTIONS) {
      const resource = sampleResource(kindOf(action))
      assert.equal(authorizer.decide(sampleSession([]), action, resource, CALL).allowed, false)
    }
  })
})

test('the schema says of each action what the operation is done to', () => {
  const input = { key: 'k', name: 'n', principal: 'p', token: 't', object: 'o', index: 0 }
  let seen = 0
  for (const operation of Object.values(core) as unknown[]) {
    if (typeof operation !== 'object' || operation === null) continue
    if (!('action' in operation) || !('run' in operation)) continue
    const { action } = operation as { action: Action }
    const facts = actionFacts(action)
    if (facts === undefined) continue
    const { target } = operation as { target?: (given: unknown) => { kind: Resource['kind'] } }
    assert.equal(facts.on, ENTITY_TYPES[target?.(input).kind ?? 'key'], action)
    seen++
  }
  assert.ok(seen > 50, `${seen} operations`)
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PrincipalId, TenantId } from '@claviger/core'
import {
  type CedarAuthorizer,
  createCedarAuthorizer,
  type PolicyProblem,
} from '../../src/policy/index.ts'
import {
  CALL,
  policyDocument,
  sampleKey,
  sampleResource,
  sampleSession,
  TENANT,
} from './sample-requests.ts'

function withPolicies(...texts: readonly string[]): {
  authorizer: CedarAuthorizer
  problems: PolicyProblem[]
} {
  const problems: PolicyProblem[] = []
  const authorizer = createCedarAuthorizer({ report: (problem) => problems.push(problem) })
  for (const text of texts) authorizer.check(text)
  authorizer.setPolicies(
    TENANT,
    texts.map((text, index) => policyDocument(`doc-${index}`, text)),
  )
  return { authorizer, problems }
}

const USER = sampleSession(['user'])

describe('policy documents', () => {
  test('a permit adds to the roles, and is named', () => {
    const { authorizer } = withPolicies(
      'permit (principal, action == Action::"key.rotate", resource) when { principal.name == "alice" };',
    )
    const decision = authorizer.decide(USER, 'key.rotate', sampleKey(), CALL)
    assert.deepEqual(decision, { allowed: true, policies: ['doc-0'] })
    const other = sampleSession(['user'], { name: 'bob', principal: 'b' as PrincipalId })
    assert.equal(authorizer.decide(other, 'key.rotate', sampleKey(), CALL).allowed, false)
  })

  test('a text that moved to another document neither keeps its old name nor displaces a policy', () => {
    const { authorizer } = withPolicies()
    const forbid = 'forbid (principal, action == Action::"key.encrypt", resource);'
    const permit = 'permit (principal, action, resource);'
    authorizer.setPolicies(TENANT, [policyDocument('first', forbid)])
    authorizer.setPolicies(TENANT, [
      policyDocument('copy', forbid),
      policyDocument('first', permit),
    ])
    const denied = authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL)
    assert.deepEqual(denied, { allowed: false, policies: ['copy'] })
    const allowed = authorizer.decide(USER, 'key.rotate', sampleKey(), CALL)
    assert.deepEqual(allowed, { allowed: true, policies: ['first'] })
  })

  test('two policies of one name leave only what repairs them', () => {
    const { authorizer, problems } = withPolicies()
    const document = policyDocument('twice', 'permit (principal, action, resource);')
    authorizer.setPolicies(TENANT, [document, document])
    assert.deepEqual(problems[0]?.policies, ['twice', 'twice'])
    assert.equal(authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL).allowed, false)
  })

  test('a forbid wins over the role and over a permit, and is named by its number', () => {
    const { authorizer } = withPolicies(
      'permit (principal, action, resource);',
      `permit (principal, action, resource);
       forbid (principal, action in Action::"use", resource is Key)
         when { resource.hasTag("team") && resource.getTag("team") == "payments" };`,
    )
    const decision = authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL)
    assert.deepEqual(decision, { allowed: false, policies: ['doc-1#2'] })
    const free = sampleKey({ labels: { team: 'mail' } })
    assert.equal(authorizer.decide(USER, 'key.encrypt', free, CALL).allowed, true)
  })

  test('numbers follow the text even past ten', () => {
    const permits = Array.from({ length: 12 }, () => 'permit (principal, action, resource);')
    const forbid = 'forbid (principal, action == Action::"key.sign", resource);'
    const { authorizer } = withPolicies([...permits, forbid].join('\n'))
    const { policies } = authorizer.decide(USER, 'key.sign', sampleKey(), CALL)
    assert.deepEqual(policies, ['doc-0#13'])
  })

  test('a group is a duty or a family', () => {
    const { authorizer } = withPolicies(
      'permit (principal, action in Action::"token.*", resource);',
      'permit (principal, action in Action::"audit", resource);',
    )
    const token = sampleResource('token')
    assert.equal(authorizer.decide(USER, 'token.revoke', token, CALL).allowed, true)
    assert.equal(authorizer.decide(USER, 'audit.list', sampleResource('log'), CALL).allowed, true)
    const policy = sampleResource('policy')
    assert.equal(authorizer.decide(USER, 'policy.get', policy, CALL).allowed, false)
  })

  test('nothing a document says lets in what is reserved, internal or anonymous', () => {
    const { authorizer } = withPolicies('permit (principal, action, resource);')
    for (const action of ['key.apply-schedule', 'object.apply-schedule'] as const) {
      assert.equal(authorizer.decide(USER, action, sampleKey(), CALL).allowed, false)
    }
    for (const authentication of ['anonymous', 'internal'] as const) {
      const session = sampleSession(['user'], { authentication })
      assert.equal(authorizer.decide(session, 'key.encrypt', sampleKey(), CALL).allowed, false)
    }
  })

  test('a principal that asks about itself is one entity, with its roles', () => {
    const { authorizer, problems } = withPolicies(
      'permit (principal, action == Action::"principal.get", resource) when { principal == resource };',
    )
    const self = sampleResource('principal', { id: USER.principal, name: USER.name })
    assert.equal(authorizer.decide(USER, 'principal.get', self, CALL).allowed, true)
    const other = sampleResource('principal')
    assert.equal(authorizer.decide(USER, 'principal.get', other, CALL).allowed, false)
    const administrator = sampleSession(['administrator'])
    assert.equal(authorizer.decide(administrator, 'principal.get', self, CALL).allowed, true)
    assert.deepEqual(problems, [])
  })

  test('a policy that cannot be evaluated denies and is reported', () => {
    const { authorizer, problems } = withPolicies(
      'forbid (principal, action == Action::"key.sign", resource) when { 9223372036854775807 + 1 == 1 };',
    )
    assert.equal(authorizer.decide(USER, 'key.sign', sampleKey(), CALL).allowed, false)
    assert.deepEqual(problems[0]?.policies, ['doc-0'])
    assert.equal(authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL).allowed, true)
  })

  test('one tenant hears nothing of another', () => {
    const { authorizer } = withPolicies('forbid (principal, action, resource);')
    const tenant = 'other' as TenantId
    authorizer.setPolicies(tenant, [])
    const session = sampleSession(['user'], { tenant })
    assert.equal(authorizer.decide(session, 'key.encrypt', sampleKey(), CALL).allowed, true)
    assert.equal(authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL).allowed, false)
  })
})

describe('what policies see of a call', () => {
  const NETWORK = `forbid (principal, action in Action::"use", resource)
    unless { context has peer && context.peer.isInRange(ip("10.0.0.0/8")) };`

  test('its peer, whatever socket it came through', () => {
    const { authorizer, problems } = withPolicies(NETWORK)
    const from = (peer: string): boolean =>
      authorizer.decide(USER, 'key.encrypt', sampleKey(), { protocol: 'rest', peer }).allowed
    assert.equal(from('10.9.9.9'), true)
    assert.equal(from('::ffff:10.9.9.9'), true)
    assert.equal(from('11.0.0.1'), false)
    assert.equal(from('fe80::1%eth0'), false)
    assert.equal(from(''), false)
    assert.deepEqual(problems, [])
    assert.equal(from('somewhere'), false)
    assert.equal(problems.length, 1)
  })

  test('its protocol and how it authenticated', () => {
    const { authorizer } = withPolicies(
      'forbid (principal, action, resource) when { context.protocol == "kmip" };',
      'forbid (principal, action == Action::"key.sign", resource) when { context.authentication == "token" };',
    )
    const key = sampleKey()
    const kmip = { protocol: 'kmip', peer: '' }
    assert.equal(authorizer.decide(USER, 'key.encrypt', key, CALL).allowed, true)
    assert.equal(authorizer.decide(USER, 'key.encrypt', key, kmip).allowed, false)
    assert.equal(authorizer.decide(USER, 'key.sign', key, CALL).allowed, false)
    const certified = sampleSession(['user'], { authentication: 'certificate' })
    assert.equal(authorizer.decide(certified, 'key.sign', key, CALL).allowed, true)
  })

  test('the same resource decided for one peer is decided anew for another', () => {
    const { authorizer } = withPolicies(
      NETWORK,
      'forbid (principal, action, resource is Key) when { resource.name == "secret" };',
    )
    const key = sampleKey()
    const outside = { protocol: 'rest', peer: '192.0.2.1' }
    for (let round = 0; round < 2; round++) {
      assert.equal(authorizer.decide(USER, 'key.encrypt', key, CALL).allowed, true)
      assert.equal(authorizer.decide(USER, 'key.encrypt', key, outside).allowed, false)
    }
  })
})

describe('decisions that are kept', () => {
  const ACTIVE_ONLY =
    'forbid (principal, action, resource is Key) unless { resource.state == "active" };'

  test('an attribute that changed with time alone counts', () => {
    const { authorizer } = withPolicies(ACTIVE_ONLY)
    assert.equal(authorizer.decide(USER, 'key.decrypt', sampleKey(), CALL).allowed, true)
    const later = sampleKey({ state: 'deactivated' })
    assert.equal(authorizer.decide(USER, 'key.decrypt', later, CALL).allowed, false)
  })

  test('are the same object until something changes', () => {
    const { authorizer } = withPolicies(ACTIVE_ONLY)
    const key = sampleKey()
    const first = authorizer.decide(USER, 'key.decrypt', key, CALL)
    assert.equal(authorizer.decide(USER, 'key.decrypt', key, CALL), first)
    authorizer.invalidate()
    assert.notEqual(authorizer.decide(USER, 'key.decrypt', key, CALL), first)
  })

  test('vanish when there are too many, and are right after it', () => {
    const authorizer = createCedarAuthorizer({
      decisionsMax: 5,
      report: ({ message }) => assert.fail(message),
    })
    authorizer.setPolicies(TENANT, [policyDocument('state', ACTIVE_ONLY)])
    const keys = Array.from({ length: 12 }, (_, index) =>
      sampleKey({ state: index % 2 === 0 ? 'active' : 'suspended' }),
    )
    for (let round = 0; round < 3; round++) {
      for (const [index, key] of keys.entries()) {
        const { allowed } = authorizer.decide(USER, 'key.decrypt', key, CALL)
        assert.equal(allowed, index % 2 === 0)
      }
    }
  })

  test('are void once policies are set', () => {
    const { authorizer } = withPolicies()
    const key = sampleKey()
    assert.equal(authorizer.decide(USER, 'key.encrypt', key, CALL).allowed, true)
    authorizer.setPolicies(TENANT, [policyDocument('no', 'forbid (principal, action, resource);')])
    assert.equal(authorizer.decide(USER, 'key.encrypt', key, CALL).allowed, false)
    authorizer.setPolicies(TENANT, [])
    assert.equal(authorizer.decide(USER, 'key.encrypt', key, CALL).allowed, true)
  })
})

describe('policies that are not there', () => {
  test('until they are set everything is denied, and that is reported once', () => {
    const problems: PolicyProblem[] = []
    const authorizer = createCedarAuthorizer({ report: (problem) => problems.push(problem) })
    for (let round = 0; round < 3; round++) {
      assert.equal(authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL).allowed, false)
    }
    assert.equal(problems.length, 1)
    authorizer.setPolicies(TENANT, [])
    assert.equal(authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL).allowed, true)
    authorizer.forget(TENANT)
    assert.equal(authorizer.decide(USER, 'key.encrypt', sampleKey(), CALL).allowed, false)
  })

  test('a document that does not parse leaves only what repairs it', () => {
    const { authorizer, problems } = withPolicies()
    authorizer.setPolicies(TENANT, [policyDocument('broken', 'forbid (principal')])
    assert.deepEqual(problems[0]?.policies, ['broken'])
    const administrator = sampleSession(['administrator', 'user'])
    const policy = sampleResource('policy')
    assert.equal(authorizer.decide(administrator, 'policy.delete', policy, CALL).allowed, true)
    assert.equal(authorizer.decide(administrator, 'policy.put', policy, CALL).allowed, true)
    assert.equal(authorizer.decide(administrator, 'key.encrypt', sampleKey(), CALL).allowed, false)
    const principal = sampleResource('principal')
    assert.equal(authorizer.decide(administrator, 'token.create', principal, CALL).allowed, false)
    assert.equal(authorizer.decide(USER, 'policy.delete', policy, CALL).allowed, false)
  })
})

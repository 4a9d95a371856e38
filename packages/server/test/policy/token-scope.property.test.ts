import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ACTIONS, type TokenScope } from '@claviger/core'
import fc from 'fast-check'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { compileScope } from '../../src/policy/token-scope.ts'
import { CALL, sampleKey, sampleResource, sampleSession, TENANT } from './sample-requests.ts'

const name = fc.stringMatching(/^[ab/]{1,4}$/)
const pattern = fc.oneof(name, fc.stringMatching(/^[ab/]{0,3}\*$/))
const action = fc.constantFrom(...ACTIONS)
const scopes: fc.Arbitrary<TokenScope> = fc.record(
  {
    actions: fc.array(fc.oneof(action, fc.constantFrom('key.*', 'object.*', 'audit.*'))),
    keys: fc.array(pattern),
  },
  { requiredKeys: [] },
)

/** What a scope means, as simply as it can be said. */
function names(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern
}

describe('a token scope', () => {
  test('names the keys that one of its patterns matches', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), name, (keys, key) => {
        const scope = compileScope({ keys })
        const allowed = scope.allowsResource?.('key.encrypt', sampleKey({}, key))
        assert.equal(
          allowed,
          keys.some((pattern) => names(pattern, key)),
        )
      }),
    )
  })

  test('only ever narrows', () => {
    const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
    authorizer.setPolicies(TENANT, [])
    const roles = ['administrator', 'officer', 'user', 'auditor', 'operator'] as const
    const everything = sampleSession(roles)
    fc.assert(
      fc.property(scopes, action, name, (scope, asked, key) => {
        const resource = sampleKey({}, key)
        const narrowed = authorizer.decide(sampleSession(roles, { scope }), asked, resource, CALL)
        if (!narrowed.allowed) return
        assert.equal(authorizer.decide(everything, asked, resource, CALL).allowed, true)
        const family = `${asked.split('.')[0]}.*`
        assert.ok(scope.actions?.some((one) => one === asked || one === family) ?? true)
        assert.ok(scope.keys?.some((one) => names(one, key)) ?? true)
      }),
    )
  })

  test('of keys reaches nothing but keys, and lists them only if it names all', () => {
    const some = compileScope({ keys: ['payments/*'] })
    const all = compileScope({ keys: ['*'] })
    const tenant = sampleResource('tenant')
    assert.equal(some.allowsResource?.('key.list', tenant), false)
    assert.equal(all.allowsResource?.('key.list', tenant), true)
    for (const scope of [some, all]) {
      assert.equal(scope.allowsResource?.('random', tenant), true)
      assert.equal(scope.allowsResource?.('object.list', tenant), false)
      assert.equal(scope.allowsResource?.('object.read', sampleResource('object')), false)
      assert.equal(scope.allowsResource?.('token.create', sampleResource('principal')), false)
      assert.equal(scope.allowsResource?.('policy.put', sampleResource('policy')), false)
    }
  })

  test('that is empty allows nothing', () => {
    assert.equal(compileScope({ actions: [] }).allowsAction('key.get'), false)
    assert.equal(compileScope({ keys: [] }).allowsResource?.('key.get', sampleKey()), false)
  })

  test('of a family does not reach what has none', () => {
    assert.equal(compileScope({ actions: ['key.*'] }).allowsAction('random'), false)
    assert.equal(compileScope({ actions: ['random'] }).allowsAction('random'), true)
  })
})

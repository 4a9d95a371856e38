import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTIONS, type Resource } from '@claviger/core'
import { CedarEngine, type PolicySlice } from '../../src/policy/cedar/cedar-engine.ts'
import { cedarRequest } from '../../src/policy/cedar/cedar-request.ts'
import { actionFacts, ENTITY_TYPES, SCHEMA } from '../../src/policy/cedar/schema.ts'
import { CALL, sampleKey, sampleResource, sampleSession } from './sample-requests.ts'

const PERMIT: PolicySlice = {
  key: 'permit',
  policies: { all: 'permit (principal, action, resource);' },
}
const request = cedarRequest(sampleSession(['user']), 'key.encrypt', sampleKey(), CALL)

/** Overflows the stack inside the engine, as no checked policy can. */
function trap(engine: CedarEngine): void {
  const text = `permit (principal, action, resource) when { ${'('.repeat(600)}true${')'.repeat(600)} };`
  engine.call((cedar) => cedar.policyToJson(text))
}

test('an instance that trapped is replaced, and what it had parsed is parsed again', () => {
  const engine = new CedarEngine()
  for (let round = 0; round < 3; round++) {
    assert.equal(engine.evaluate(PERMIT, request).allowed, true)
    assert.throws(() => trap(engine))
  }
  const answer = { allowed: true, policies: ['all'], errors: [] }
  assert.deepEqual(engine.evaluate(PERMIT, request), answer)
})

test('more slices than it holds are parsed again when they come back', () => {
  const engine = new CedarEngine(8)
  const slice = (index: number): PolicySlice => ({
    key: `${index}`,
    policies: { [`p${index}`]: 'permit (principal, action, resource);' },
  })
  for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 9, 2]) {
    assert.deepEqual(engine.evaluate(slice(index), request).policies, [`p${index}`])
  }
})

test('a set that does not parse throws, and is not found under another name', () => {
  const engine = new CedarEngine()
  const bad = { key: 'bad', policies: { bad: 'permit (' } }
  assert.throws(() => engine.evaluate(bad, request))
  assert.equal(engine.evaluate(PERMIT, request).allowed, true)
  assert.throws(() => engine.evaluate(bad, request))
})

test('every request fits the schema', () => {
  const engine = new CedarEngine()
  const kinds = Object.entries(ENTITY_TYPES) as [Resource['kind'], string][]
  const shapes = (kind: Resource['kind']): Resource[] => [
    sampleResource(kind),
    { kind, id: 'x', name: 'x', revision: 0, attributes: {} },
    sampleResource(kind, { attributes: { spec: 7, labels: { a: 'b' }, odd: true, state: 'x' } }),
  ]
  const strict = {
    preparsedSchemaName: 'ours',
    preparsedPolicySetId: 'permit',
    validateRequest: true,
  }
  engine.call((cedar) => {
    assert.equal(cedar.preparseSchema('ours', SCHEMA).type, 'success')
    const policies = { staticPolicies: { ...PERMIT.policies } }
    assert.equal(cedar.preparsePolicySet('permit', policies).type, 'success')
  })
  for (const action of ACTIONS) {
    const facts = actionFacts(action)
    if (facts === undefined) continue
    const kind = kinds.find(([, type]) => type === facts.on)?.[0] ?? 'key'
    for (const resource of shapes(kind)) {
      for (const peer of ['', '10.0.0.1', '::1', '::ffff:10.0.0.1', 'fe80::1%lo']) {
        const session = sampleSession(['user', 'officer'])
        const call = cedarRequest(session, action, resource, { protocol: 'rest', peer })
        const answer = engine.call((cedar) => cedar.statefulIsAuthorized({ ...call, ...strict }))
        assert.equal(answer.type, 'success', `${action}: ${JSON.stringify(answer)}`)
      }
    }
  }
})

/** Of many policies only those that can bear on a key are asked, and the answer is that of all of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from '@claviger/core'
import fc from 'fast-check'
import { BUILT_IN_POLICIES } from '../../src/policy/cedar/built-in-policies.ts'
import { CedarEngine } from '../../src/policy/cedar/cedar-engine.ts'
import { cedarRequest } from '../../src/policy/cedar/cedar-request.ts'
import { namePolicies, parseText } from '../../src/policy/cedar/parsed-policy.ts'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { CALL, policyDocument, sampleResource, sampleSession, TENANT } from './sample-requests.ts'

/** Always an error when it is evaluated. */
const OVERFLOW = '9223372036854775807 + 1 > 0'
const PARTS = [
  'resource.name like "a/*"',
  'resource.name like "b/*"',
  'resource.name like "a*c"',
  'resource.name like "*/c"',
  'resource.name == "a/c"',
  '"a/c" == resource.name',
  '!(resource.name == "a/c")',
  'resource.name like "" || resource.name == "b/c"',
  'resource.hasTag("team") && resource.getTag("team") == "x"',
  'resource.hasTag("team") && resource.getTag("team") like "x*"',
  'resource.hasTag("odd\\n\\"") && resource.getTag("odd\\n\\"") == "*"',
  'resource has name',
  'context.protocol == "rest"',
  'if resource.name == "a/c" then true else false',
  'true',
]

const condition = fc
  .record({
    parts: fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 3 }),
    overflow: fc.constantFrom('', '', '', '', 'first', 'last'),
    kind: fc.constantFrom('when', 'when', 'when', 'unless'),
    brackets: fc.boolean(),
  })
  .map(({ parts, overflow, kind, brackets }) => {
    const inner = brackets ? parts.map((part) => `(${part})`) : [parts[0] ?? 'true']
    if (overflow === 'first') inner.unshift(OVERFLOW)
    if (overflow === 'last') inner.push(OVERFLOW)
    return `${kind} { ${inner.map((part) => `(${part})`).join(' && ')} }`
  })

const policy = fc
  .record({
    effect: fc.constantFrom('permit', 'permit', 'forbid'),
    resource: fc.constantFrom(
      'resource is Key',
      'resource == Key::"one"',
      'resource in Key::"one"',
    ),
    conditions: fc.array(condition, { minLength: 0, maxLength: 2 }),
  })
  .map(({ effect, resource, conditions }) => {
    return `${effect} (principal, action == Action::"key.encrypt", ${resource}) ${conditions.join(' ')};`
  })

const resource: fc.Arbitrary<Resource> = fc
  .record({
    id: fc.constantFrom('one', 'two'),
    name: fc.constantFrom('a/c', 'a/', 'b/c', 'c', ''),
    labels: fc.constantFrom<Readonly<Record<string, string>>[]>(
      {},
      { team: 'x' },
      { team: 'xy' },
      { 'odd\n"': '*' },
      { hasOwnProperty: 'x' },
    ),
  })
  .map(({ id, name, labels }) => ({
    ...sampleResource('key', { id, name }),
    attributes: { ...sampleResource('key').attributes, labels },
  }))

test('narrowed to a key, many policies decide, and fail, as all of them', () => {
  const engine = new CedarEngine()
  const problems: string[] = []
  const authorizer = createCedarAuthorizer({ report: ({ message }) => problems.push(message) })
  const session = sampleSession(['user'])
  let sets = 0
  let failures = 0
  fc.assert(
    fc.property(
      fc.array(policy, { minLength: 17, maxLength: 40 }),
      fc.array(resource, { minLength: 1, maxLength: 5 }),
      (texts, resources) => {
        const text = texts.join('\n')
        const own = namePolicies('many', parseText(engine, text))
        const all = Object.fromEntries([
          ['role:user', BUILT_IN_POLICIES.user],
          ...own.map((one) => [one.id, one.text]),
        ])
        const slice = { key: `${sets++}`, policies: all }
        authorizer.setPolicies(TENANT, [policyDocument('many', text)])
        for (const key of resources) {
          const expected = engine.evaluate(slice, cedarRequest(session, 'key.encrypt', key, CALL))
          const failed = expected.errors.map((error) => error.policy)
          if (failed.length > 0) failures++
          const decided = authorizer.decide(session, 'key.encrypt', key, CALL)
          assert.equal(decided.allowed, failed.length === 0 && expected.allowed)
          assert.deepEqual(
            decided.policies.toSorted(),
            (failed.length > 0 ? failed : expected.policies).toSorted(),
          )
        }
      },
    ),
    { numRuns: 60 },
  )
  assert.ok(failures > 0, 'some must fail')
  assert.ok(problems.every((message) => message.includes('overflow')))
})

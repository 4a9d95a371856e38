import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ACTIONS, type PolicyDocument, type RequestContext, ROLES } from '@claviger/core'
import fc from 'fast-check'
import { BUILT_IN_POLICIES } from '../../src/policy/cedar/built-in-policies.ts'
import { CedarEngine } from '../../src/policy/cedar/cedar-engine.ts'
import { cedarRequest } from '../../src/policy/cedar/cedar-request.ts'
import { namePolicies, parseText } from '../../src/policy/cedar/parsed-policy.ts'
import { RESERVED_ACTIONS } from '../../src/policy/cedar/schema.ts'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { CALL, policyDocument, sampleKey, sampleSession, TENANT } from './sample-requests.ts'

const quote = (text: string): string => `Action::"${text}"`

const scope = fc.record({
  principal: fc.constantFrom(
    'principal',
    'principal in Role::"user"',
    'principal in Role::"officer"',
    'principal == Principal::"01980000-0000-7000-8000-000000000001"',
    'principal == Principal::"somebody else"',
  ),
  action: fc.oneof(
    fc.constant('action'),
    fc.constantFrom('use', 'manage', 'read', 'key.*').map((group) => `action in ${quote(group)}`),
    fc.constantFrom('key.encrypt', 'key.rotate', 'key.get').map((one) => `action == ${quote(one)}`),
  ),
  resource: fc.constantFrom('resource', 'resource is Key', 'resource == Key::"key-1"'),
})

const condition = fc.constantFrom(
  '',
  'when { context has peer && context.peer.isInRange(ip("10.0.0.0/8")) }',
  'unless { context.protocol == "rest" }',
  'when { context.authentication == "token" }',
  'when { principal.name == "alice" }',
  'when { context has peer }',
)

const keyCondition = fc.constantFrom(
  '',
  'when { resource.state == "active" }',
  'unless { resource.name like "a*" }',
  'when { resource.hasTag("team") && resource.getTag("team") == "payments" }',
)

const policy = (effect: 'permit' | 'forbid'): fc.Arbitrary<string> =>
  fc.record({ scope, condition, onKey: fc.boolean(), keyCondition }).map((parts) => {
    const { principal, action, resource } = parts.scope
    const onKey = parts.onKey && !resource.includes('==')
    const target = onKey ? 'resource is Key' : resource
    const more = onKey ? parts.keyCondition : ''
    return `${effect} (${principal}, ${action}, ${target}) ${parts.condition} ${more};`
  })

/** Documents of a tenant have names of their own, so two arrays that are put together need two prefixes. */
const documents = (one: fc.Arbitrary<string>, prefix = 'doc'): fc.Arbitrary<PolicyDocument[]> =>
  fc
    .array(fc.array(one, { minLength: 1, maxLength: 3 }), { maxLength: 3 })
    .map((texts) => texts.map((text, at) => policyDocument(`${prefix}-${at}`, text.join('\n'))))

const call: fc.Arbitrary<RequestContext> = fc.record({
  protocol: fc.constantFrom('rest', 'kmip'),
  peer: fc.constantFrom('', '10.0.0.1', '192.0.2.1', '::1'),
})

const question = fc.record({
  session: fc.record({ roles: fc.subarray([...ROLES]), name: fc.constantFrom('alice', 'bob') }),
  action: fc.constantFrom(...ACTIONS.filter((action) => action.startsWith('key.'))),
  key: fc.record({
    name: fc.constantFrom('a-key', 'b-key'),
    state: fc.constantFrom('active', 'compromised'),
    labels: fc.constantFrom({}, { team: 'payments' }),
  }),
  call,
})

function fresh(sets: readonly PolicyDocument[]): ReturnType<typeof createCedarAuthorizer> {
  const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
  authorizer.setPolicies(TENANT, sets)
  return authorizer
}

/** One engine, so that a thousand cases do not compile a thousand. */
const shared = fresh([])
const either = fc.oneof(policy('permit'), policy('forbid'))

type Question = typeof question extends fc.Arbitrary<infer Asked> ? Asked : never

function ask({ session, action, key, call: request }: Question): boolean {
  const { name, ...attributes } = key
  const caller = sampleSession(session.roles, { name: session.name })
  return shared.decide(caller, action, sampleKey(attributes, name), request).allowed
}

describe('policies', () => {
  test('a document without a permit never allows more', () => {
    fc.assert(
      fc.property(
        documents(either),
        documents(policy('forbid'), 'more'),
        question,
        (base, more, asked) => {
          shared.setPolicies(TENANT, base)
          const before = ask(asked)
          shared.setPolicies(TENANT, [...base, ...more])
          if (ask(asked)) assert.equal(before, true)
        },
      ),
    )
  })

  test('a forbid wins, whatever else there is', () => {
    const forbid = policyDocument('no', 'forbid (principal, action, resource is Key);')
    fc.assert(
      fc.property(documents(either), question, (base, asked) => {
        shared.setPolicies(TENANT, [...base, forbid])
        assert.equal(ask(asked), false)
      }),
    )
  })

  test('a permit never allows less', () => {
    const permit = documents(policy('permit'), 'more')
    fc.assert(
      fc.property(documents(either), permit, question, (base, more, asked) => {
        shared.setPolicies(TENANT, base)
        const before = ask(asked)
        shared.setPolicies(TENANT, [...base, ...more])
        if (before) assert.equal(ask(asked), true)
      }),
    )
  })

  test('sliced, decide as Cedar does over every policy there is', () => {
    const engine = new CedarEngine()
    const roles = ROLES.map((role) => [`role:${role}`, BUILT_IN_POLICIES[role]])
    let sets = 0
    fc.assert(
      fc.property(documents(either), question, (base, asked) => {
        const own = base.flatMap(({ name, text }) => namePolicies(name, parseText(engine, text)))
        const all = [...roles, ...own.map(({ id, text }) => [id, text])]
        const slice = { key: `${sets++}`, policies: Object.fromEntries(all) }
        const { session, action, key, call: request } = asked
        const { name, ...attributes } = key
        const caller = sampleSession(session.roles, { name: session.name })
        const resource = sampleKey(attributes, name)
        const question = cedarRequest(caller, action, resource, request)
        const expected = RESERVED_ACTIONS.includes(action as never)
          ? { allowed: false, policies: [] }
          : engine.evaluate(slice, question)
        shared.setPolicies(TENANT, base)
        const { allowed, policies } = shared.decide(caller, action, resource, request)
        assert.deepEqual(
          { allowed, policies },
          { allowed: expected.allowed, policies: expected.policies },
        )
      }),
      { numRuns: 40 },
    )
  })

  test('every document that these tests make is one the checker takes', () => {
    fc.assert(
      fc.property(either, (text) => shared.check(text)),
      { numRuns: 50 },
    )
  })
})

describe('kept decisions', () => {
  const sessions = ROLES.map((role) => sampleSession([role]))
  const keys = [
    sampleKey({}, 'a-key'),
    sampleKey({ state: 'compromised' }, 'b-key'),
    sampleKey({ labels: {} }),
  ]
  const step = fc.oneof(
    { weight: 1, arbitrary: documents(either).map((set) => ({ set })) },
    {
      weight: 8,
      arbitrary: fc
        .record({
          session: fc.constantFrom(...sessions),
          action: fc.constantFrom(
            ...(['key.encrypt', 'key.rotate', 'key.get', 'key.sign'] as const),
          ),
          key: fc.constantFrom(...keys),
          call,
        })
        .map((asked) => ({ asked })),
    },
  )

  test('are what an authorizer without any would decide, in any order of questions and changes', () => {
    const uncached = fresh([])
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        shared.setPolicies(TENANT, [])
        uncached.setPolicies(TENANT, [])
        for (const one of steps) {
          if ('set' in one) {
            shared.setPolicies(TENANT, one.set)
            uncached.setPolicies(TENANT, one.set)
          } else {
            const { session, action, key, call: request } = one.asked
            uncached.invalidate()
            assert.deepEqual(
              shared.decide(session, action, key, request),
              uncached.decide(session, action, { ...key }, request),
            )
          }
        }
      }),
    )
  })

  test('do not outlive the policies they rest on', () => {
    const user = sampleSession(['user'])
    const key = keys[0] ?? sampleKey()
    const forbid = [policyDocument('no', 'forbid (principal, action, resource);')]
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2 }), (forbidden) => {
        for (const isForbidden of forbidden) {
          shared.setPolicies(TENANT, isForbidden ? forbid : [])
          assert.equal(shared.decide(user, 'key.encrypt', key, CALL).allowed, !isForbidden)
        }
      }),
    )
  })
})

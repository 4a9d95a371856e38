/** What policies look at of the call and the caller, and that nothing kept outlives a change of it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RequestContext, Resource, Session } from '@claviger/core'
import fc from 'fast-check'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { CALL, policyDocument, sampleKey, sampleSession, TENANT } from './sample-requests.ts'

const SATURDAY = Date.parse('2026-11-28T09:30:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let now = SATURDAY
const options = {
  report: ({ message }: { message: string }) => assert.fail(message),
  now: () => now,
}
const authorizer = createCedarAuthorizer(options)

/** Permits everybody to encrypt under a condition, and nothing else. */
function permitWhen(condition: string, of = authorizer): void {
  const text = `permit (principal, action == Action::"key.encrypt", resource is Key) when { ${condition} };`
  authorizer.check(text)
  of.setPolicies(TENANT, [policyDocument('when', text)])
}

const caller = sampleSession([])
const key = sampleKey()
const may = (session: Session = caller, resource: Resource = key, call: RequestContext = CALL) =>
  authorizer.decide(session, 'key.encrypt', resource, call).allowed

describe('the time', () => {
  test('of day decides from one minute to the next, for one session and one key', () => {
    permitWhen('context.hour >= 8 && context.hour < 18')
    const expected: [number, boolean][] = [
      [SATURDAY, true],
      [SATURDAY + 8 * HOUR + 29 * MINUTE, true],
      [SATURDAY + 8 * HOUR + 30 * MINUTE - 1, true],
      [SATURDAY + 8 * HOUR + 30 * MINUTE, false],
      [SATURDAY + 22 * HOUR, false],
      [SATURDAY + 22 * HOUR + 30 * MINUTE, true],
    ]
    for (const [at, allowed] of expected) {
      now = at
      assert.equal(may(), allowed, new Date(at).toISOString())
      assert.equal(may(), allowed, 'the second time as the first')
    }
  })

  test('decides by the minute and by the weekday', () => {
    permitWhen('context.minute < 30')
    for (const minute of [0, 29, 30, 59]) {
      now = SATURDAY + (minute - 30) * MINUTE
      assert.equal(may(), minute < 30, `${minute}`)
    }
    permitWhen('!(["saturday", "sunday"].contains(context.weekday))')
    for (let day = 0; day < 14; day++) {
      now = SATURDAY + day * DAY
      assert.equal(may(), day % 7 > 1, new Date(now).toISOString())
    }
  })

  test('is that of the question where one is asked about another time', () => {
    permitWhen('context.weekday == "monday"')
    now = SATURDAY
    assert.equal(may(), false)
    assert.equal(may(caller, key, { ...CALL, at: SATURDAY + 2 * DAY }), true)
    assert.equal(may(), false)
  })

  test('is seen through the whole context, and in a forbid', () => {
    permitWhen('context == context && context.hour < 12')
    now = SATURDAY
    assert.equal(may(), true)
    now += 5 * HOUR
    assert.equal(may(), false)
  })
})

describe('the caller', () => {
  test('is told by the certificate it came by', () => {
    const [good, other] = ['ab'.repeat(32), 'cd'.repeat(32)]
    permitWhen(`context.certificate == "${good}"`)
    const by = (certificate: string) =>
      sampleSession([], { authentication: 'certificate', certificate })
    assert.equal(may(by(good)), true)
    assert.equal(may(by(other)), false)
    assert.equal(may(), false, 'a token is no certificate')
  })

  test('is told by how it made sure who it is', () => {
    permitWhen('context.authentication == "oidc" && context.amr.contains("hwk")')
    const by = (...amr: string[]) =>
      sampleSession([], { authentication: 'oidc', assurance: { issuer: 'https://a.test', amr } })
    assert.equal(may(by('pwd', 'hwk')), true)
    assert.equal(may(by('pwd')), false)
    assert.equal(may(), false)
    permitWhen('context.issuer == "https://a.test" && context.acr == ""')
    assert.equal(may(by()), true)
    assert.equal(may(), false)
  })
})

test('a key has the family of its spec', () => {
  permitWhen('["rsa", "ec"].contains(resource.family)')
  const families: [string, boolean][] = [
    ['rsa-2048', true],
    ['ec-p256', true],
    ['aes-256', false],
    ['ml-dsa-65', false],
    ['', false],
  ]
  for (const [spec, allowed] of families) {
    assert.equal(may(caller, sampleKey({ spec })), allowed, spec)
  }
})

test('no kept decision outlives a change of anything that a policy reads', () => {
  const conditions = [
    'context.hour < 12',
    'context.minute > 10',
    'context.weekday == "monday"',
    'context.protocol == "rest"',
    'context has peer && context.peer.isInRange(ip("10.0.0.0/8"))',
    `context.certificate == "${'ab'.repeat(32)}"`,
    'context.authentication == "token"',
    'context.amr.contains("hwk")',
    'resource.family == "rsa"',
    'resource.state == "active"',
    'principal.name == "alice"',
  ]
  const sessions = [
    sampleSession([]),
    sampleSession([], { name: 'bob' }),
    sampleSession([], { authentication: 'certificate', certificate: 'ab'.repeat(32) }),
    sampleSession([], { authentication: 'oidc', assurance: { issuer: 'i', amr: ['hwk'] } }),
  ]
  const keys = [sampleKey(), sampleKey({ spec: 'rsa-2048' }), sampleKey({ state: 'suspended' })]
  const call = fc.record({
    protocol: fc.constantFrom('rest', 'aws-kms'),
    peer: fc.constantFrom('', '10.0.0.1', '192.0.2.1'),
  })
  const one = fc.record({
    session: fc.constantFrom(...sessions),
    key: fc.constantFrom(...keys),
    call,
    at: fc.integer({ min: 0, max: 7 * 24 * 6 }).map((tens) => SATURDAY + tens * 10 * MINUTE),
  })
  const uncached = createCedarAuthorizer(options)
  fc.assert(
    fc.property(
      fc.subarray(conditions, { minLength: 1, maxLength: 3 }),
      fc.array(one, { minLength: 5, maxLength: 30 }),
      (parts, questions) => {
        const condition = parts.map((part) => `(${part})`).join(' || ')
        permitWhen(condition)
        permitWhen(condition, uncached)
        for (const asked of questions) {
          now = asked.at
          uncached.invalidate()
          const [kept, fresh] = [authorizer, uncached].map((of) =>
            of.decide(asked.session, 'key.encrypt', asked.key, asked.call),
          )
          assert.deepEqual(kept, fresh)
        }
      },
    ),
    { numRuns: 60 },
  )
})

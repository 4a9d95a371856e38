import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { accessDenied, decide, type Rules } from '../../../src/protocols/aws-kms/policy/decide.ts'
import type { Grant, GrantRequest } from '../../../src/protocols/aws-kms/policy/grant.ts'
import { defaultKeyPolicy } from '../../../src/protocols/aws-kms/policy/key-rules.ts'
import { parsePolicy, type Policy } from '../../../src/protocols/aws-kms/policy/policy-document.ts'
import { CONDITION_CASES } from './policy-cases/conditions.ts'
import { GRANT_CASES } from './policy-cases/grants.ts'
import { OPERATOR_CASES } from './policy-cases/operators.ts'
import {
  ACCOUNT,
  ALICE,
  KEY_ARN,
  type PolicyCase,
  type Statement,
} from './policy-cases/policy-case.ts'
import { PRINCIPAL_CASES } from './policy-cases/principals.ts'
import { STATEMENT_CASES } from './policy-cases/statements.ts'

const TABLES: Readonly<Record<string, readonly PolicyCase[]>> = {
  principals: PRINCIPAL_CASES,
  'actions, resources and effects': STATEMENT_CASES,
  'condition operators': OPERATOR_CASES,
  'conditions and policy variables': CONDITION_CASES,
  grants: GRANT_CASES,
}

describe('a decision is what AWS documents', () => {
  for (const [table, cases] of Object.entries(TABLES)) {
    describe(table, () => {
      for (const one of cases) it(`${one.rule}: ${one.is}`, () => assertDecided(one))
    })
  }

  it('in at least 300 cases, each another', () => {
    const rules = Object.values(TABLES).flatMap((cases) => cases.map(({ rule }) => rule))
    assert.ok(rules.length >= 300, `${rules.length} cases`)
    assert.deepEqual(
      rules.filter((rule, index) => rules.indexOf(rule) !== index),
      [],
    )
    for (const rule of rules) assert.match(rule, /^(?:IAM|KMS|API): \S/)
  })
})

function assertDecided(one: PolicyCase): void {
  const request: GrantRequest = {
    principal: { arn: one.principal ?? ALICE, account: ACCOUNT },
    action: one.action ?? 'kms:Encrypt',
    resource: one.resource ?? KEY_ARN,
    lookup: (name) => one.context?.[name],
    encryptionContext: one.encryptionContext,
    passed: one.passed,
    retires: one.retires,
  }
  const verdict = decide(rulesOf(one), request)
  const message = verdict.allowed ? '' : accessDenied(request, verdict.because).message
  assert.equal(verdict.allowed ? 'allow' : 'deny', one.is, message)
  if (one.because !== undefined) assert.ok(message.includes(one.because), message)
}

function rulesOf(one: PolicyCase): Rules {
  const { key, identity, grants = [] } = one
  return {
    keyPolicy:
      key === null
        ? undefined
        : key === undefined
          ? parsePolicy(defaultKeyPolicy(ACCOUNT), 'key')
          : policyOf(one, key, 'key'),
    identityPolicy: identity === undefined ? undefined : policyOf(one, identity, 'identity'),
    grants: grants.map(
      (grant, index): Grant => ({
        id: `g${index}`,
        createdAt: 0,
        tokenSecret: '',
        grantee: ALICE,
        operations: ['Encrypt'],
        ...grant,
      }),
    ),
  }
}

/** An empty policy cannot be written: one that speaks of something else says as little. */
const ELSEWHERE: Statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

function policyOf(
  { version = '2012-10-17' as const }: { readonly version?: string },
  statements: readonly Statement[],
  kind: 'key' | 'identity',
): Policy {
  const Statement = statements.length === 0 ? [ELSEWHERE] : statements
  return parsePolicy(JSON.stringify({ Version: version, Statement }), kind)
}

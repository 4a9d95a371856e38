import {
  account,
  allow,
  deny,
  may,
  mayNot,
  OTHER_ACCOUNT,
  type PolicyCase,
  ROOT,
  user,
} from './policy-case.ts'
import type { Grant } from '../../../../src/protocols/aws-kms/policy/grant.ts'

const BOB = user('bob')
const NOTHING = [allow({ Principal: { AWS: user('nobody') } })]

const GRANT = 'KMS: a grant allows its operations to its grantee'
const CONSTRAINT = 'API: GrantConstraints'
const PASS = 'KMS: a grantee with CreateGrant passes on what it has, or less'
const RETIRE = 'KMS: Retiring and revoking grants'

const granted = (
  what: string,
  grant: Partial<Grant>,
  is: PolicyCase['is'],
  change: Partial<PolicyCase> = {},
): PolicyCase => ({ rule: `${GRANT}${what}`, key: NOTHING, grants: [grant], is, ...change })

const one = (operation: Grant['operations'][number]) => ({ operations: [operation] })

const GRANTS: readonly PolicyCase[] = [
  granted('', one('Encrypt'), 'allow'),
  granted('; no other operation', one('Decrypt'), 'deny'),
  granted('; nobody else', { grantee: BOB }, 'deny'),
  granted('; one of several operations', { operations: ['Decrypt', 'Encrypt'] }, 'allow'),
  granted('; GenerateDataKey is not Encrypt', one('GenerateDataKey'), 'deny'),
  granted(
    '; GenerateDataKey is not its sister without a plaintext',
    one('GenerateDataKey'),
    'deny',
    {
      action: 'kms:GenerateDataKeyWithoutPlaintext',
    },
  ),
  granted('; ReEncryptFrom is not ReEncryptTo', one('ReEncryptFrom'), 'deny', {
    action: 'kms:ReEncryptTo',
  }),
  granted('; ReEncryptTo', one('ReEncryptTo'), 'allow', { action: 'kms:ReEncryptTo' }),
  granted('; DescribeKey', one('DescribeKey'), 'allow', { action: 'kms:DescribeKey' }),
  granted('; Sign', one('Sign'), 'allow', { action: 'kms:Sign' }),
  granted('; what no grant can hold', one('Encrypt'), 'deny', { action: 'kms:PutKeyPolicy' }),
  granted('; RevokeGrant is for policies only', one('RetireGrant'), 'deny', {
    action: 'kms:RevokeGrant',
  }),
  granted('; ListGrants is for policies only', one('DescribeKey'), 'deny', {
    action: 'kms:ListGrants',
  }),
  granted('; whatever an identity policy leaves out', {}, 'allow', { identity: [] }),
  granted('; unless the key policy denies', {}, 'deny', {
    key: [...NOTHING, deny()],
    because: 'with an explicit deny in a resource-based policy',
  }),
  granted('; unless an identity policy denies', {}, 'deny', { identity: [mayNot()] }),
  granted('; to an account: its identity policies decide', { grantee: ROOT }, 'allow'),
  granted('; to an account: they may allow', { grantee: ROOT }, 'allow', { identity: [may()] }),
  granted('; to an account: they may not', { grantee: ROOT }, 'deny', { identity: [] }),
  granted('; to an account: itself', { grantee: ROOT }, 'allow', { principal: ROOT }),
  granted('; to another account', { grantee: `arn:aws:iam::${OTHER_ACCOUNT}:root` }, 'deny'),
  granted(
    '; to a service: nobody here',
    { grantee: undefined, granteeService: 's3.amazonaws.com' } as unknown as Partial<Grant>,
    'deny',
  ),
  granted(
    '; for a SourceArn: no call here has one',
    { constraints: { SourceArn: 'arn:aws:s3:::b' } },
    'deny',
  ),
  {
    rule: `${GRANT}; several grants add up`,
    key: NOTHING,
    grants: [one('Decrypt'), one('Encrypt')],
    is: 'allow',
  },
  {
    rule: `${GRANT}; none at all`,
    key: NOTHING,
    grants: [],
    is: 'deny',
    because: 'no resource-based policy allows',
  },
  {
    rule: `${GRANT}; beside a key policy that allows`,
    key: [allow()],
    grants: [one('Decrypt')],
    is: 'allow',
  },
]

const constrained = (
  what: string,
  constraints: Grant['constraints'],
  encryptionContext: Readonly<Record<string, string>> | undefined,
  is: PolicyCase['is'],
  change: Partial<PolicyCase> = {},
): PolicyCase => ({
  rule: `${CONSTRAINT} ${what}`,
  key: NOTHING,
  grants: [
    {
      ...(constraints !== undefined && { constraints }),
      operations: ['Encrypt', 'DescribeKey', 'GenerateDataKeyPair'],
    },
  ],
  ...(encryptionContext !== undefined && { encryptionContext }),
  is,
  ...change,
})

const IT = { Department: 'IT' }
const SUBSET = { EncryptionContextSubset: IT }
const EQUALS = { EncryptionContextEquals: IT }
const both = {
  EncryptionContextSubset: { File: '7' },
  EncryptionContextEquals: { ...IT, File: '7' },
}

const CONSTRAINTS: readonly PolicyCase[] = [
  constrained('EncryptionContextSubset: the pair', SUBSET, IT, 'allow'),
  constrained('EncryptionContextSubset: and more', SUBSET, { ...IT, File: '7' }, 'allow'),
  constrained('EncryptionContextSubset: not the pair', SUBSET, { File: '7' }, 'deny'),
  constrained('EncryptionContextSubset: another value', SUBSET, { Department: 'HR' }, 'deny'),
  constrained('EncryptionContextSubset: no context', SUBSET, undefined, 'deny'),
  constrained(
    'EncryptionContextSubset: values are case sensitive',
    SUBSET,
    { Department: 'it' },
    'deny',
  ),
  constrained('EncryptionContextSubset: names are not', SUBSET, { department: 'IT' }, 'allow'),
  constrained('EncryptionContextEquals: the same', EQUALS, IT, 'allow'),
  constrained('EncryptionContextEquals: and more', EQUALS, { ...IT, File: '7' }, 'deny'),
  constrained(
    'EncryptionContextEquals: less',
    { EncryptionContextEquals: { ...IT, File: '7' } },
    IT,
    'deny',
  ),
  constrained('EncryptionContextEquals: no context', EQUALS, undefined, 'deny'),
  constrained(
    'EncryptionContextEquals: names are not case sensitive',
    EQUALS,
    { DEPARTMENT: 'IT' },
    'allow',
  ),
  constrained(
    'EncryptionContextEquals: the order does not matter',
    { EncryptionContextEquals: { a: '1', b: '2' } },
    { b: '2', a: '1' },
    'allow',
  ),
  constrained('both: both must hold', both, { ...IT, File: '7' }, 'allow'),
  constrained('both: one does not', both, { ...IT, File: '8' }, 'deny'),
  constrained('none: any context', undefined, { any: 'thing' }, 'allow'),
  constrained('do not bear on DescribeKey', SUBSET, undefined, 'allow', {
    action: 'kms:DescribeKey',
  }),
  constrained('bear on GenerateDataKeyPair', SUBSET, undefined, 'deny', {
    action: 'kms:GenerateDataKeyPair',
  }),
]

const passing = (
  what: string,
  parent: Partial<Grant>,
  passed: NonNullable<PolicyCase['passed']>,
  is: PolicyCase['is'],
): PolicyCase => ({
  rule: `${PASS}${what}`,
  key: NOTHING,
  grants: [{ operations: ['CreateGrant', 'Encrypt', 'Decrypt'], ...parent }],
  action: 'kms:CreateGrant',
  passed,
  is,
})
const encrypt = { operations: ['Encrypt'] } as const
const tight = { constraints: SUBSET }

const PASSING: readonly PolicyCase[] = [
  passing('; less', {}, encrypt, 'allow'),
  passing('; the same', {}, { operations: ['CreateGrant', 'Decrypt', 'Encrypt'] }, 'allow'),
  passing('; more', {}, { operations: ['Encrypt', 'Sign'] }, 'deny'),
  passing(
    '; without CreateGrant there is nothing to pass on',
    { operations: ['Encrypt'] },
    encrypt,
    'deny',
  ),
  passing('; as constrained', tight, { ...encrypt, constraints: SUBSET }, 'allow'),
  passing('; unconstrained', tight, encrypt, 'deny'),
  passing(
    '; more strictly: more pairs',
    tight,
    { ...encrypt, constraints: { EncryptionContextSubset: { ...IT, File: '7' } } },
    'allow',
  ),
  passing('; more strictly: equality', tight, { ...encrypt, constraints: EQUALS }, 'allow'),
  passing(
    '; less strictly: another pair',
    tight,
    { ...encrypt, constraints: { EncryptionContextSubset: { File: '7' } } },
    'deny',
  ),
  passing(
    '; equality as equality',
    { constraints: EQUALS },
    { ...encrypt, constraints: EQUALS },
    'allow',
  ),
  passing(
    '; equality is not a subset',
    { constraints: EQUALS },
    { ...encrypt, constraints: SUBSET },
    'deny',
  ),
  passing(
    '; equality of more pairs is another',
    { constraints: EQUALS },
    { ...encrypt, constraints: { EncryptionContextEquals: { ...IT, File: '7' } } },
    'deny',
  ),
  passing(
    '; constraints on what was not constrained',
    {},
    { ...encrypt, constraints: SUBSET },
    'allow',
  ),
  {
    rule: `${PASS}; with the permission in the key policy there is no such limit`,
    key: [allow({ Action: 'kms:CreateGrant' })],
    action: 'kms:CreateGrant',
    passed: { operations: ['Sign'] },
    is: 'allow',
  },
]

const retiring = (what: string, change: Partial<PolicyCase>, is: PolicyCase['is']): PolicyCase => ({
  rule: `${RETIRE}: ${what}`,
  key: [account()],
  identity: [],
  action: 'kms:RetireGrant',
  retires: 'g0',
  is,
  ...change,
})

const RETIRING: readonly PolicyCase[] = [
  retiring(
    'the retiring principal may',
    { grants: [{ grantee: BOB, retiring: user('alice') }] },
    'allow',
  ),
  retiring('nobody else may', { grants: [{ grantee: BOB, retiring: user('ren') }] }, 'deny'),
  retiring(
    'the grantee may where the grant has RetireGrant',
    { grants: [one('RetireGrant')] },
    'allow',
  ),
  retiring('the grantee may not where it has not', { grants: [one('Encrypt')] }, 'deny'),
  retiring(
    'the grantee may as the retiring principal',
    { grants: [{ retiring: user('alice') }] },
    'allow',
  ),
  retiring('another grant gives nothing', { grants: [one('Encrypt'), one('RetireGrant')] }, 'deny'),
  retiring('the account may', { principal: ROOT, grants: [{ grantee: BOB }] }, 'allow'),
  retiring(
    'the account delegates it by identity policies',
    { identity: [may({ Action: 'kms:RetireGrant' })], grants: [{ grantee: BOB }] },
    'allow',
  ),
  retiring(
    'nobody else may where no identity policy is attached',
    { identity: undefined, grants: [{ grantee: BOB }] },
    'deny',
  ),
  retiring(
    'nor for an account that may retire it',
    { identity: undefined, grants: [{ grantee: BOB, retiring: ROOT }] },
    'deny',
  ),
  retiring(
    'the permission is not effective in a key policy',
    { key: [allow({ Action: 'kms:RetireGrant' })], grants: [{ grantee: BOB }] },
    'deny',
  ),
  retiring(
    'a deny in an identity policy is',
    { identity: [mayNot({ Action: 'kms:RetireGrant' })], grants: [{ retiring: user('alice') }] },
    'deny',
  ),
  retiring(
    'an account as retiring principal delegates',
    { identity: [may()], grants: [{ grantee: BOB, retiring: ROOT }] },
    'allow',
  ),
  retiring(
    'an account as retiring principal delegates to those it allows',
    { grants: [{ grantee: BOB, retiring: ROOT }] },
    'deny',
  ),
  retiring(
    'RevokeGrant is for policies',
    { action: 'kms:RevokeGrant', grants: [{ retiring: user('alice') }] },
    'deny',
  ),
  retiring(
    'RevokeGrant where the key policy allows it',
    { action: 'kms:RevokeGrant', key: [allow()] },
    'allow',
  ),
]

export const GRANT_CASES: readonly PolicyCase[] = [
  ...GRANTS,
  ...CONSTRAINTS,
  ...PASSING,
  ...RETIRING,
]

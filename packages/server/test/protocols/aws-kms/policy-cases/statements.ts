import {
  account,
  allow,
  deny,
  KEY_ARN,
  may,
  mayNot,
  type PolicyCase,
  ROOT,
  user,
} from './policy-case.ts'

const ACTION = 'IAM: Action'
const NOT_ACTION = 'IAM: NotAction'
const RESOURCE = 'KMS: in a key policy "*" is the key itself'
const NOT_RESOURCE = 'IAM: NotResource'
const DENY = 'IAM: an explicit deny overrides any allow'
const DEFAULT = 'IAM: what is not allowed is denied by default'
const DELEGATION = 'KMS: identity policies count as far as the key policy delegates'

const act = (Action: unknown, action: string, is: PolicyCase['is'], what: string): PolicyCase => ({
  rule: `${ACTION} ${what}`,
  key: [allow({ Action })],
  action,
  is,
})
const notAct = (NotAction: unknown, action: string, is: PolicyCase['is'], what: string) => ({
  rule: `${NOT_ACTION} ${what}`,
  key: [allow({ NotAction })],
  action,
  is,
})
const on = (Resource: unknown, is: PolicyCase['is'], what: string): PolicyCase => ({
  rule: `IAM: Resource ${what}`,
  key: [account()],
  identity: [may({ Resource })],
  is,
})
const notOn = (NotResource: unknown, is: PolicyCase['is'], what: string): PolicyCase => ({
  rule: `${NOT_RESOURCE} ${what}`,
  key: [account()],
  identity: [may({ NotResource })],
  is,
})

const ACTIONS: readonly PolicyCase[] = [
  act('kms:Encrypt', 'kms:Encrypt', 'allow', 'names one'),
  act('kms:Encrypt', 'kms:Decrypt', 'deny', 'names one, and no other'),
  act('kms:encrypt', 'kms:Encrypt', 'allow', 'is not case sensitive'),
  act('KMS:ENCRYPT', 'kms:Encrypt', 'allow', 'is not case sensitive in its prefix either'),
  act('kms:*', 'kms:ScheduleKeyDeletion', 'allow', 'with a wildcard for all'),
  act('*', 'kms:ScheduleKeyDeletion', 'allow', 'that is a wildcard alone'),
  act('kms:Encrypt*', 'kms:Encrypt', 'allow', 'with a wildcard for nothing'),
  act('kms:GenerateDataKey*', 'kms:GenerateDataKeyPair', 'allow', 'with a wildcard at the end'),
  act('kms:GenerateDataKey', 'kms:GenerateDataKeyPair', 'deny', 'without a wildcard is whole'),
  act('kms:*crypt', 'kms:Decrypt', 'allow', 'with a wildcard in front'),
  act('kms:*crypt', 'kms:ReEncryptFrom', 'deny', 'with a wildcard in front, and another end'),
  act('kms:ReEncrypt*', 'kms:ReEncryptFrom', 'allow', 'for both ends of ReEncrypt'),
  act('kms:ReEncrypt*', 'kms:Encrypt', 'deny', 'for ReEncrypt is not for Encrypt'),
  act('kms:Re*From', 'kms:ReEncryptFrom', 'allow', 'with a wildcard in the middle'),
  act('kms:?ecrypt', 'kms:Decrypt', 'allow', 'with a wildcard for one character'),
  act('kms:?rypt', 'kms:Decrypt', 'deny', 'with a wildcard for one character, not two'),
  act('kms:Decrypt?', 'kms:Decrypt', 'deny', 'with a wildcard for one character, not none'),
  act('s3:*', 'kms:Decrypt', 'deny', 'of another service'),
  act(['kms:Encrypt', 'kms:Decrypt'], 'kms:Decrypt', 'allow', 'is a list of alternatives'),
  act(['kms:Encrypt', 'kms:Decrypt'], 'kms:Sign', 'deny', 'is a list, and not more'),
  act('kms:List*', 'kms:ListGrants', 'allow', 'for the lists of a key'),
  act('kms:List*', 'kms:GetKeyPolicy', 'deny', 'for the lists is not for the policy'),
  act('kms:Get*', 'kms:GetKeyPolicy', 'allow', 'for what is got'),
  notAct('kms:Decrypt', 'kms:Encrypt', 'allow', 'allows all but what it names'),
  notAct('kms:Decrypt', 'kms:Decrypt', 'deny', 'does not allow what it names'),
  notAct(['kms:Decrypt', 'kms:Sign'], 'kms:Sign', 'deny', 'does not allow what its list names'),
  notAct('kms:*Key', 'kms:EnableKey', 'deny', 'takes wildcards'),
  notAct('kms:*Key', 'kms:Encrypt', 'allow', 'takes wildcards, and no more'),
  notAct('s3:*', 'kms:Encrypt', 'allow', 'of another service leaves this one out'),
  {
    rule: `${NOT_ACTION} with Deny denies all but what it names`,
    key: [allow(), deny({ NotAction: 'kms:Encrypt' })],
    action: 'kms:Decrypt',
    is: 'deny',
  },
  {
    rule: `${NOT_ACTION} with Deny spares what it names`,
    key: [allow(), deny({ NotAction: 'kms:Encrypt' })],
    is: 'allow',
  },
]

const RESOURCES: readonly PolicyCase[] = [
  { rule: RESOURCE, key: [allow({ Resource: '*' })], is: 'allow' },
  { rule: `${RESOURCE}; so is its ARN`, key: [allow({ Resource: KEY_ARN })], is: 'allow' },
  {
    rule: `${RESOURCE}; another key's ARN has no effect`,
    key: [allow({ Resource: KEY_ARN.replace(/1$/, '2') })],
    is: 'deny',
  },
  on(KEY_ARN, 'allow', 'names the key'),
  on(KEY_ARN.replace(/1$/, '2'), 'deny', 'names another key'),
  on([KEY_ARN.replace(/1$/, '2'), KEY_ARN], 'allow', 'is a list of alternatives'),
  on('arn:aws:kms:eu-central-1:111122223333:key/*', 'allow', 'with a wildcard for all keys'),
  on('arn:aws:kms:*:111122223333:key/*', 'allow', 'with a wildcard for the region'),
  on('arn:aws:kms:*:*:key/*', 'allow', 'with a wildcard for the account'),
  on('arn:aws:kms:us-*:111122223333:key/*', 'deny', 'of other regions'),
  on('arn:aws:kms:*:444455556666:key/*', 'deny', 'of another account'),
  on('arn:aws:kms:*:111122223333:alias/*', 'deny', 'for aliases is not for keys'),
  on('arn:aws:kms:*:111122223333:key/mrk-*', 'deny', 'for multi-Region keys by their ids'),
  on('arn:aws:kms:eu-central-?:111122223333:key/*', 'allow', 'with a wildcard for one character'),
  on(KEY_ARN.toUpperCase().replace('ARN:', 'arn:'), 'deny', 'is case sensitive'),
  on('arn:aws:s3:::bucket/*', 'deny', 'of another service'),
  on('*', 'allow', 'that is a wildcard alone'),
  notOn(KEY_ARN, 'deny', 'does not allow what it names'),
  notOn(KEY_ARN.replace(/1$/, '2'), 'allow', 'allows all but what it names'),
  notOn('arn:aws:kms:*:*:key/*', 'deny', 'takes wildcards'),
  {
    rule: `${NOT_RESOURCE} with Deny denies all but what it names`,
    key: [account()],
    identity: [may(), mayNot({ NotResource: KEY_ARN.replace(/1$/, '2') })],
    is: 'deny',
    because: 'with an explicit deny in an identity-based policy',
  },
  {
    rule: 'KMS: actions on no key have "*" for a resource',
    key: null,
    identity: [may({ Action: 'kms:ListKeys' })],
    action: 'kms:ListKeys',
    resource: '*',
    is: 'allow',
  },
  {
    rule: 'KMS: actions on no key are not allowed by the ARN of one',
    key: null,
    identity: [may({ Action: 'kms:CreateKey', Resource: KEY_ARN })],
    action: 'kms:CreateKey',
    resource: '*',
    is: 'deny',
    because: 'on resource: * because no identity-based policy allows the kms:CreateKey action',
  },
  {
    rule: 'KMS: aliases are resources of identity policies',
    key: null,
    identity: [may({ Resource: 'arn:aws:kms:*:111122223333:alias/app-*' })],
    action: 'kms:CreateAlias',
    resource: 'arn:aws:kms:eu-central-1:111122223333:alias/app-1',
    is: 'allow',
  },
  {
    rule: 'KMS: an alias that no identity policy names',
    key: null,
    identity: [may({ Resource: 'arn:aws:kms:*:111122223333:alias/app-*' })],
    action: 'kms:CreateAlias',
    resource: 'arn:aws:kms:eu-central-1:111122223333:alias/other',
    is: 'deny',
  },
  {
    rule: 'KMS: actions on no key need no key policy, and nothing attached narrows nothing',
    key: null,
    action: 'kms:CreateKey',
    resource: '*',
    is: 'allow',
  },
]

const ENCRYPT = { Action: 'kms:Encrypt' }

const EFFECTS: readonly PolicyCase[] = [
  { rule: `${DENY}; in the key policy`, key: [allow(), deny()], is: 'deny' },
  { rule: `${DENY}; in whatever order`, key: [deny(), allow()], is: 'deny' },
  { rule: `${DENY}; of another action`, key: [allow(), deny({ Action: 'kms:Sign' })], is: 'allow' },
  {
    rule: `${DENY}; of another user`,
    key: [allow(), deny({ Principal: { AWS: user('bob') } })],
    is: 'allow',
  },
  {
    rule: `${DENY}; for the account reaches its users`,
    key: [allow(), deny({ Principal: { AWS: ROOT } })],
    is: 'deny',
  },
  { rule: `${DENY}; for everyone`, key: [allow(), deny({ Principal: '*' })], is: 'deny' },
  {
    rule: `${DENY}; the account itself too`,
    principal: ROOT,
    key: [account(), deny({ Principal: '*' })],
    is: 'deny',
  },
  {
    rule: `${DENY}; in the identity policy`,
    key: [allow()],
    identity: [mayNot()],
    is: 'deny',
    because: 'with an explicit deny in an identity-based policy',
  },
  {
    rule: `${DENY}; in the key policy over the identity policy`,
    key: [account(), deny({ Action: 'kms:Encrypt' })],
    identity: [may()],
    is: 'deny',
    because: 'with an explicit deny in a resource-based policy',
  },
  {
    rule: `${DENY}; in the identity policy over its own allow`,
    key: [account()],
    identity: [may(), mayNot(ENCRYPT)],
    is: 'deny',
  },
  {
    rule: `${DENY}; in the identity policy, of another action`,
    key: [account()],
    identity: [may(), mayNot({ Action: 'kms:Decrypt' })],
    is: 'allow',
  },
  {
    rule: `${DENY}; when its conditions do not hold it denies nothing`,
    key: [allow(), deny({ Condition: { StringEquals: { 'aws:username': 'bob' } } })],
    context: { 'aws:username': ['alice'] },
    is: 'allow',
  },
  {
    rule: `${DENY}; when its conditions hold`,
    key: [allow(), deny({ Condition: { StringEquals: { 'aws:username': 'alice' } } })],
    context: { 'aws:username': ['alice'] },
    is: 'deny',
  },
  { rule: `${DEFAULT}; no statement applies`, key: [allow({ Action: 'kms:Sign' })], is: 'deny' },
  {
    rule: `${DEFAULT}; a deny of something else allows nothing`,
    key: [deny({ Action: 'kms:Sign' })],
    is: 'deny',
  },
  {
    rule: 'IAM: statements are alternatives',
    key: [allow({ Action: 'kms:Sign' }), allow(ENCRYPT)],
    is: 'allow',
  },
  { rule: 'KMS: the default key policy lets identity policies decide', is: 'allow' },
  { rule: 'KMS: the default key policy gives nobody anything by itself', identity: [], is: 'deny' },
  {
    rule: 'KMS: the default key policy gives the account everything',
    principal: ROOT,
    is: 'allow',
  },
  {
    rule: 'KMS: the default key policy and an identity policy that allows',
    identity: [may(ENCRYPT)],
    is: 'allow',
  },
  {
    rule: 'KMS: the default key policy and an identity policy for something else',
    identity: [may({ Action: 'kms:Decrypt' })],
    is: 'deny',
  },
  {
    rule: 'KMS: the default key policy and an identity policy that denies',
    identity: [may(), mayNot()],
    is: 'deny',
  },
  { rule: `${DELEGATION}; by action`, key: [account(ENCRYPT)], identity: [may()], is: 'allow' },
  {
    rule: `${DELEGATION}; and no other action`,
    key: [account(ENCRYPT)],
    identity: [may()],
    action: 'kms:Decrypt',
    is: 'deny',
    because: 'no resource-based policy allows the kms:Decrypt action',
  },
  {
    rule: `${DELEGATION}; by condition`,
    key: [account({ Condition: { Bool: { 'kms:MultiRegion': 'true' } } })],
    identity: [may()],
    context: { 'kms:multiregion': ['true'] },
    is: 'allow',
  },
  {
    rule: `${DELEGATION}; and not without its condition`,
    key: [account({ Condition: { Bool: { 'kms:MultiRegion': 'true' } } })],
    identity: [may()],
    context: { 'kms:multiregion': ['false'] },
    is: 'deny',
  },
  {
    rule: `${DELEGATION}; both must allow the same`,
    key: [account(ENCRYPT)],
    identity: [may({ Action: 'kms:Decrypt' })],
    is: 'deny',
    because: 'no identity-based policy allows',
  },
  {
    rule: 'IAM: conditions of identity policies count as in any other',
    key: [account()],
    identity: [may({ Condition: { StringEquals: { 'kms:RequestAlias': 'alias/app' } } })],
    context: { 'kms:requestalias': ['alias/app'] },
    is: 'allow',
  },
  {
    rule: 'IAM: conditions of identity policies count when they do not hold',
    key: [account()],
    identity: [may({ Condition: { StringEquals: { 'kms:RequestAlias': 'alias/app' } } })],
    is: 'deny',
  },
]

export const STATEMENT_CASES: readonly PolicyCase[] = [...ACTIONS, ...RESOURCES, ...EFFECTS]

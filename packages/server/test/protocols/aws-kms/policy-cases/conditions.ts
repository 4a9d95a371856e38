import { account, allow, deny, KEY_ARN, may, type PolicyCase, user } from './policy-case.ts'

const AND = 'IAM: all operators and all keys of a condition must hold (AND)'
const NAMES = 'IAM: names of condition keys are not case sensitive'
const VARIABLE = 'IAM: policy variables'
const OWN = 'arn:aws:kms:eu-central-1:111122223333:key/${aws:username}'

const when = (Condition: unknown) => [allow({ Condition })]
const context = { 'kms:keyspec': ['RSA_2048'], 'kms:keyusage': ['SIGN_VERIFY'] }
const both = (spec: string, usage: string) =>
  when({ StringEquals: { 'kms:KeySpec': spec, 'kms:KeyUsage': usage } })
const twoOperators = (spec: string, prefix: string) =>
  when({ StringEquals: { 'kms:KeySpec': spec }, StringLike: { 'kms:KeyUsage': prefix } })

const named = { 'aws:username': ['alice'], 'aws:principaltag/team': ['red'] }
const variable = (
  what: string,
  wanted: string,
  given: string,
  is: PolicyCase['is'],
  change: Partial<PolicyCase> = {},
): PolicyCase => ({
  rule: `${VARIABLE} ${what}`,
  key: when({ StringLike: { 'kms:RequestAlias': wanted } }),
  context: { ...named, 'kms:requestalias': [given] },
  is,
  ...change,
})

export const CONDITION_CASES: readonly PolicyCase[] = [
  { rule: AND, key: both('RSA_2048', 'SIGN_VERIFY'), context, is: 'allow' },
  { rule: `${AND}; the first does not`, key: both('RSA_4096', 'SIGN_VERIFY'), context, is: 'deny' },
  {
    rule: `${AND}; the second does not`,
    key: both('RSA_2048', 'ENCRYPT_DECRYPT'),
    context,
    is: 'deny',
  },
  { rule: `${AND}; two operators`, key: twoOperators('RSA_2048', 'SIGN*'), context, is: 'allow' },
  {
    rule: `${AND}; two operators, one fails`,
    key: twoOperators('RSA_2048', 'ENC*'),
    context,
    is: 'deny',
  },
  { rule: 'IAM: an empty condition always holds', key: when({}), is: 'allow' },
  {
    rule: 'IAM: an operator without keys always holds',
    key: when({ StringEquals: {} }),
    is: 'allow',
  },
  { rule: NAMES, key: when({ StringEquals: { 'KMS:keyspec': 'RSA_2048' } }), context, is: 'allow' },
  {
    rule: `${NAMES}; their values are`,
    key: when({ StringEquals: { 'kms:KeySpec': 'rsa_2048' } }),
    context,
    is: 'deny',
  },
  {
    rule: 'IAM: a key that the request does not have fails',
    key: when({ StringEquals: { 'aws:SourceVpc': 'vpc-1' } }),
    is: 'deny',
  },
  {
    rule: 'IAM: a key nobody knows fails',
    key: when({ StringEquals: { 'kms:NoSuchKey': 'x' } }),
    is: 'deny',
  },
  {
    rule: 'IAM: aws:MultiFactorAuthPresent is absent with long-term credentials',
    key: when({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    is: 'deny',
  },
  {
    rule: 'IAM: a deny on aws:MultiFactorAuthPresent with BoolIfExists reaches long-term credentials',
    key: [
      allow(),
      deny({ Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } }),
    ],
    is: 'deny',
  },
  {
    rule: 'IAM: a deny on aws:MultiFactorAuthPresent with Bool does not reach long-term credentials',
    key: [allow(), deny({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } })],
    is: 'allow',
  },
  {
    rule: 'KMS: kms:ViaService is absent where no service calls',
    key: when({ StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } }),
    is: 'deny',
  },
  {
    rule: 'KMS: a deny unless kms:ViaService reaches direct calls',
    key: [
      allow(),
      deny({
        Condition: { StringNotEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } },
      }),
    ],
    is: 'deny',
  },
  variable('stand for values of the request', 'alias/${aws:username}', 'alias/alice', 'allow'),
  variable('stand for values of this request only', 'alias/${aws:username}', 'alias/bob', 'deny'),
  variable(
    'are not case sensitive in their names',
    'alias/${AWS:UserName}',
    'alias/alice',
    'allow',
  ),
  variable('go with wildcards', 'alias/${aws:username}-*', 'alias/alice-7', 'allow'),
  variable(
    'stand for tags of the principal',
    'alias/${aws:PrincipalTag/team}',
    'alias/red',
    'allow',
  ),
  variable('that are absent match nothing', 'alias/${aws:PrincipalTag/none}', 'alias/', 'deny'),
  variable(
    'that are absent match no wildcard around them',
    '*${aws:PrincipalTag/none}*',
    'alias/x',
    'deny',
  ),
  variable('have default values', "alias/${aws:PrincipalTag/none, 'all'}", 'alias/all', 'allow'),
  variable(
    'have default values only for what is absent',
    "alias/${aws:username, 'all'}",
    'alias/all',
    'deny',
  ),
  variable('${*} is a star itself', 'alias/${*}', 'alias/*', 'allow'),
  variable('${*} is no wildcard', 'alias/${*}', 'alias/x', 'deny'),
  variable('${?} is a question mark itself', 'alias/${?}', 'alias/?', 'allow'),
  variable('${?} is no wildcard', 'alias/${?}', 'alias/x', 'deny'),
  variable(
    '${$} is a dollar sign itself',
    'alias/${$}{aws:username}',
    'alias/${aws:username}',
    'allow',
  ),
  variable(
    'are texts in policies of version 2008-10-17',
    'alias/${aws:username}',
    'alias/alice',
    'deny',
    { version: '2008-10-17' },
  ),
  variable(
    'are texts in policies of version 2008-10-17, and match themselves',
    'alias/${aws:username}',
    'alias/${aws:username}',
    'allow',
    { version: '2008-10-17' },
  ),
  variable('bring no wildcard in', 'alias/${aws:username}', 'alias/anything', 'deny', {
    context: { 'aws:username': ['*'], 'kms:requestalias': ['alias/anything'] },
  }),
  variable('of several values match nothing', 'alias/${aws:username}', 'alias/a', 'deny', {
    context: { 'aws:username': ['a', 'b'], 'kms:requestalias': ['alias/a'] },
  }),
  {
    rule: `${VARIABLE} in StringEquals`,
    key: when({ StringEquals: { 'kms:EncryptionContext:Owner': '${aws:username}' } }),
    context: { ...named, 'kms:encryptioncontext:owner': ['alice'] },
    is: 'allow',
  },
  {
    rule: `${VARIABLE} in StringNotEquals`,
    key: when({ StringNotEquals: { 'kms:EncryptionContext:Owner': '${aws:username}' } }),
    context: { ...named, 'kms:encryptioncontext:owner': ['alice'] },
    is: 'deny',
  },
  {
    rule: `${VARIABLE} in StringEqualsIgnoreCase`,
    key: when({ StringEqualsIgnoreCase: { 'kms:EncryptionContext:Owner': '${aws:username}' } }),
    context: { ...named, 'kms:encryptioncontext:owner': ['ALICE'] },
    is: 'allow',
  },
  {
    rule: `${VARIABLE} in ArnLike`,
    key: when({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/${aws:username}' } }),
    context: { ...named, 'aws:principalarn': [user('alice')] },
    is: 'allow',
  },
  {
    rule: `${VARIABLE} in Resource`,
    key: [account()],
    identity: [may({ Resource: OWN })],
    context: { 'aws:username': [KEY_ARN.slice(KEY_ARN.indexOf('/') + 1)] },
    is: 'allow',
  },
  {
    rule: `${VARIABLE} in Resource, of another`,
    key: [account()],
    identity: [may({ Resource: OWN })],
    context: { 'aws:username': ['alice'] },
    is: 'deny',
  },
  {
    rule: `${VARIABLE} in Resource, absent`,
    key: [account()],
    identity: [may({ Resource: OWN })],
    is: 'deny',
  },
]

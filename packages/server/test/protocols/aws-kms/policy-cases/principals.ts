import {
  account,
  ACCOUNT,
  ALICE,
  allow,
  deny,
  may,
  OTHER_ACCOUNT,
  type PolicyCase,
  role,
  ROOT,
  user,
} from './policy-case.ts'

const BOB = user('bob')
const APP = role('app')
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/session-1`
const OTHER_ROOT = `arn:aws:iam::${OTHER_ACCOUNT}:root`
const service = { Principal: { Service: 's3.amazonaws.com' } }
const federated = { Principal: { Federated: 'cognito-identity.amazonaws.com' } }

const NAMED = 'IAM: Principal, "AWS" names a user by ARN'
const ACCOUNT_RULE = 'KMS: a statement for the account root enables IAM policies'
const ANYONE = 'IAM: Principal "*" is everyone'
const NOT_ALLOW = 'IAM: NotPrincipal with Allow leaves out whom it names'
const NOT_DENY = 'IAM: NotPrincipal with Deny spares only whom it names, account and user both'
const NOBODY = 'KMS: no principal has permission to a KMS key unless it is explicitly allowed'

const to = (Principal: unknown) => [allow({ Principal })]
const exceptDeny = (NotPrincipal: unknown) => [
  allow({ Principal: '*' }),
  deny({ NotPrincipal, Principal: undefined }),
]
const exceptAllow = (NotPrincipal: unknown) => [allow({ NotPrincipal })]

export const PRINCIPAL_CASES: readonly PolicyCase[] = [
  { rule: NAMED, key: to({ AWS: ALICE }), is: 'allow' },
  { rule: `${NAMED}; another is not it`, key: to({ AWS: BOB }), is: 'deny' },
  { rule: `${NAMED}; in a list`, key: to({ AWS: [BOB, ALICE] }), is: 'allow' },
  { rule: `${NAMED}; not in the list`, key: to({ AWS: [BOB, APP] }), is: 'deny' },
  { rule: `${NAMED}; names are case sensitive`, key: to({ AWS: user('Alice') }), is: 'deny' },
  { rule: `${NAMED}; a prefix is another user`, key: to({ AWS: user('alic') }), is: 'deny' },
  { rule: `${NAMED}; a longer name is another`, key: to({ AWS: user('alice2') }), is: 'deny' },
  { rule: `${NAMED}; with a path`, key: to({ AWS: user('team/alice') }), is: 'deny' },
  {
    rule: `${NAMED}; with a path, its own`,
    principal: user('team/alice'),
    key: to({ AWS: user('team/alice') }),
    is: 'allow',
  },
  {
    rule: `${NAMED}; the same name in another account`,
    key: to({ AWS: `arn:aws:iam::${OTHER_ACCOUNT}:user/alice` }),
    is: 'deny',
  },
  { rule: 'IAM: Principal, a role is no user', key: to({ AWS: role('alice') }), is: 'deny' },
  { rule: 'IAM: Principal, a role by ARN', principal: APP, key: to({ AWS: APP }), is: 'allow' },
  {
    rule: 'IAM: Principal, an assumed-role session by ARN',
    principal: SESSION,
    key: to({ AWS: SESSION }),
    is: 'allow',
  },
  {
    rule: 'IAM: Principal, one session is not another',
    principal: SESSION,
    key: to({ AWS: SESSION.replace('-1', '-2') }),
    is: 'deny',
  },
  { rule: ANYONE, key: to('*'), is: 'allow' },
  { rule: `${ANYONE}; as {"AWS": "*"}`, key: to({ AWS: '*' }), is: 'allow' },
  { rule: `${ANYONE}; in a list`, key: to({ AWS: [BOB, '*'] }), is: 'allow' },
  { rule: `${ANYONE}; the account itself too`, principal: ROOT, key: to('*'), is: 'allow' },
  { rule: `${ANYONE}; a role too`, principal: APP, key: to('*'), is: 'allow' },
  {
    rule: `${ANYONE}; limited by kms:CallerAccount`,
    key: [allow({ Principal: '*', Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT } } })],
    context: { 'kms:calleraccount': [ACCOUNT] },
    is: 'allow',
  },
  {
    rule: `${ANYONE}; of another account by kms:CallerAccount`,
    key: [
      allow({
        Principal: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': OTHER_ACCOUNT } },
      }),
    ],
    context: { 'kms:calleraccount': [ACCOUNT] },
    is: 'deny',
  },
  { rule: 'IAM: a service principal is no user', key: [allow(service)], is: 'deny' },
  {
    rule: 'IAM: a service principal beside a user',
    key: to({ AWS: ALICE, Service: 's3.amazonaws.com' }),
    is: 'allow',
  },
  { rule: 'IAM: a federated principal is no user', key: [allow(federated)], is: 'deny' },
  {
    rule: 'IAM: a denial for a service does not reach a user',
    key: [allow(), deny(service)],
    is: 'allow',
  },
  { rule: ACCOUNT_RULE, key: to({ AWS: ROOT }), is: 'allow' },
  { rule: `${ACCOUNT_RULE}; as a bare number`, key: to({ AWS: ACCOUNT }), is: 'allow' },
  {
    rule: `${ACCOUNT_RULE}; which must allow`,
    key: to({ AWS: ROOT }),
    identity: [],
    is: 'deny',
    because: 'no identity-based policy allows the kms:Encrypt action',
  },
  {
    rule: `${ACCOUNT_RULE}; which allow`,
    key: to({ AWS: ROOT }),
    identity: [may()],
    is: 'allow',
  },
  {
    rule: `${ACCOUNT_RULE}; by a bare number, which must allow`,
    key: to({ AWS: ACCOUNT }),
    identity: [],
    is: 'deny',
  },
  {
    rule: 'KMS: the account root is not bound by IAM policies',
    principal: ROOT,
    key: to({ AWS: ROOT }),
    is: 'allow',
  },
  {
    rule: 'KMS: even the account root has no access that the key policy does not give',
    principal: ROOT,
    key: to({ AWS: ALICE }),
    is: 'deny',
    because: 'no resource-based policy allows',
  },
  { rule: 'KMS: another account is not this one', key: to({ AWS: OTHER_ROOT }), is: 'deny' },
  {
    rule: 'KMS: another account by number is not this one',
    key: to({ AWS: OTHER_ACCOUNT }),
    is: 'deny',
  },
  {
    rule: 'KMS: one of several accounts',
    key: to({ AWS: [OTHER_ROOT, ROOT] }),
    is: 'allow',
  },
  { rule: NOBODY, principal: BOB, key: to({ AWS: ALICE }), is: 'deny' },
  { rule: `${NOBODY}; an empty list of statements for it`, key: [deny()], is: 'deny' },
  {
    rule: `${NOBODY}; IAM policies alone are not sufficient`,
    key: to({ AWS: BOB }),
    identity: [may()],
    is: 'deny',
    because: 'no resource-based policy allows',
  },
  {
    rule: 'KMS: a principal in the key policy needs no IAM policy',
    key: to({ AWS: ALICE }),
    identity: [],
    is: 'allow',
  },
  {
    rule: 'KMS: a principal allowed by name needs no delegation',
    key: [account({ Action: 'kms:DescribeKey' }), allow({ Action: 'kms:Encrypt' })],
    identity: [],
    is: 'allow',
  },
  { rule: NOT_ALLOW, key: exceptAllow({ AWS: BOB }), is: 'allow' },
  { rule: `${NOT_ALLOW}; the user`, key: exceptAllow({ AWS: ALICE }), is: 'deny' },
  { rule: `${NOT_ALLOW}; the account`, key: exceptAllow({ AWS: ROOT }), is: 'deny' },
  { rule: `${NOT_ALLOW}; another account`, key: exceptAllow({ AWS: OTHER_ROOT }), is: 'allow' },
  { rule: `${NOT_ALLOW}; everyone`, key: exceptAllow('*'), is: 'deny' },
  { rule: NOT_DENY, key: exceptDeny({ AWS: [ALICE, ROOT] }), is: 'allow' },
  { rule: `${NOT_DENY}; the user alone`, key: exceptDeny({ AWS: ALICE }), is: 'deny' },
  { rule: `${NOT_DENY}; the account alone`, key: exceptDeny({ AWS: ROOT }), is: 'deny' },
  { rule: `${NOT_DENY}; another user`, key: exceptDeny({ AWS: [BOB, ROOT] }), is: 'deny' },
  {
    rule: `${NOT_DENY}; the account itself`,
    principal: ROOT,
    key: exceptDeny({ AWS: ROOT }),
    is: 'allow',
  },
  {
    rule: `${NOT_DENY}; the account itself is not named`,
    principal: ROOT,
    key: exceptDeny({ AWS: ALICE }),
    is: 'deny',
    because: 'with an explicit deny in a resource-based policy',
  },
  { rule: `${NOT_DENY}; everyone is spared`, key: exceptDeny('*'), is: 'allow' },
]

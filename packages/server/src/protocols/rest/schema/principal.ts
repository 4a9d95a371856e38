import { ROLES, SHARED_SECRET_FORMS } from '@claviger/core'
import { Type } from 'typebox'
import { ApproverKey } from './approval.ts'
import {
  After,
  Bytes,
  Closed,
  Damaged,
  Entry,
  Instant,
  Limit,
  Reference,
  Revision,
} from './value.ts'

const Roles = Type.Array(Type.Enum([...ROLES]), { maxItems: ROLES.length })
const PrincipalKind = Type.Enum(['person', 'workload'])

export const TokenScope = Closed(
  {
    actions: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        maxItems: 256,
        description: 'Actions such as `key.encrypt`, or all of a kind: `key.*`',
      }),
    ),
    keys: Type.Optional(
      Type.Array(Type.String({ maxLength: 129 }), {
        maxItems: 256,
        description: 'Key names; a trailing `*` matches any rest',
      }),
    ),
  },
  {
    $id: 'TokenScope',
    description: 'What the token may do at most; an absent list narrows nothing',
  },
)

export const Principal = Closed(
  {
    id: Type.String(),
    tenant: Type.String(),
    name: Type.String(),
    kind: PrincipalKind,
    roles: Roles,
    disabled: Type.Boolean(),
    certificates: Type.Array(Type.String({ description: 'SHA-256 fingerprint, hex' })),
    approverKeys: Type.Optional(
      Type.Array(ApproverKey, { description: 'What it signs approvals by' }),
    ),
    emergency: Type.Optional(
      Type.Literal(true, { description: 'Of an emergency credential: its shares alone open it' }),
    ),
    createdAt: Instant('Creation'),
    revision: Revision,
  },
  { $id: 'Principal' },
)
export const PrincipalAnswer = Closed(
  { principal: Principal, entry: Entry },
  { $id: 'PrincipalAnswer' },
)
export const PrincipalListAnswer = Closed(
  {
    principals: Type.Array(Principal),
    next: Type.Optional(After),
    damaged: Damaged,
    entry: Entry,
  },
  { $id: 'PrincipalListAnswer' },
)
const certificates = Type.Optional(
  Type.Array(Bytes('A TLS client certificate, DER or PEM'), { maxItems: 16 }),
)
export const CreatePrincipalRequest = Closed(
  { name: Reference('a-z 0-9 . _ / -'), kind: PrincipalKind, roles: Roles, certificates },
  { $id: 'CreatePrincipalRequest' },
)
export const UpdatePrincipalRequest = Closed(
  { roles: Type.Optional(Roles), disabled: Type.Optional(Type.Boolean()), certificates },
  { $id: 'UpdatePrincipalRequest' },
)

const OfPrincipal = {
  principal: Type.String({ description: 'Id' }),
  protocol: Type.String({ description: '`aws-kms`' }),
}
export const PutPrincipalPolicyRequest = Closed(
  {
    document: Type.String({
      minLength: 1,
      maxLength: 32_768,
      description: 'In the language of the protocol; of `aws-kms`, an identity policy of AWS',
    }),
  },
  { $id: 'PutPrincipalPolicyRequest' },
)
export const PrincipalPolicyAnswer = Closed(
  { ...OfPrincipal, document: Type.String(), entry: Entry },
  { $id: 'PrincipalPolicyAnswer' },
)
export const DeletedPrincipalPolicyAnswer = Closed(
  { ...OfPrincipal, entry: Entry },
  { $id: 'DeletedPrincipalPolicyAnswer' },
)

export const Token = Closed(
  {
    id: Type.String(),
    tenant: Type.String(),
    principal: Type.String(),
    principalName: Type.String(),
    description: Type.String(),
    scope: TokenScope,
    createdAt: Instant('Creation'),
    expiresAt: Instant('End of its life'),
    revokedAt: Type.Optional(Instant('When it was ended')),
    identifier: Type.Optional(
      Type.String({ description: 'Of a shared secret: what names it in signed requests' }),
    ),
  },
  { $id: 'Token' },
)
export const TokenAnswer = Closed({ token: Token, entry: Entry }, { $id: 'TokenAnswer' })
export const NewTokenAnswer = Closed(
  {
    token: Token,
    secret: Type.String({
      description:
        'Shown this once; a bearer token is stored nowhere, a shared secret only wrapped',
    }),
    ticket: Type.Optional(
      Type.String({ description: 'Has to come with requests signed by a temporary secret' }),
    ),
    entry: Entry,
  },
  { $id: 'NewTokenAnswer' },
)
export const TokenListAnswer = Closed(
  { tokens: Type.Array(Token), next: Type.Optional(After), damaged: Damaged, entry: Entry },
  { $id: 'TokenListAnswer' },
)
export const CreateTokenRequest = Closed(
  {
    description: Type.Optional(Type.String({ maxLength: 256 })),
    lifetimeSeconds: Type.Integer({ minimum: 1, maximum: 315_360_000 }),
    scope: Type.Optional(TokenScope),
    sharedSecret: Type.Optional(
      Type.Enum([...SHARED_SECRET_FORMS], {
        description: 'A secret to sign requests by (AWS access keys), rather than a bearer token',
      }),
    ),
  },
  { $id: 'CreateTokenRequest' },
)
export const PageQuery = Closed({ after: Type.Optional(After), limit: Type.Optional(Limit) })

export const WhoamiAnswer = Closed(
  {
    principal: Type.String(),
    name: Type.String(),
    tenant: Type.String(),
    roles: Roles,
    authentication: Type.Enum(['token', 'certificate', 'oidc']),
    token: Type.Optional(Type.String({ description: 'Id of the token, never its secret' })),
    scope: TokenScope,
    expiresAt: Type.Optional(Instant('When the session ends')),
    emergencies: Type.Optional(
      Type.Array(Closed({ name: Type.String(), until: Instant('When it ends by itself') }), {
        description: 'Emergency credentials that are open, whoever opened them',
      }),
    ),
  },
  { $id: 'WhoamiAnswer' },
)

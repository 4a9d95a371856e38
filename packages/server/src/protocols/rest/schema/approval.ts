import {
  APPROVALS_MAX,
  APPROVER_KEY_ALGORITHMS,
  EXECUTE_MS_MAX,
  GATHER_MS_MAX,
  GROUP_MEMBERS_MAX,
  GUARD_NAMES,
  GUARDABLE_ACTIONS,
} from '@claviger/core'
import { Type } from 'typebox'
import {
  After,
  Bytes,
  Closed,
  Damaged,
  Entry,
  Instant,
  Labels,
  Limit,
  Reference,
  Revision,
} from './value.ts'

const SECOND_MS = 1_000
const NAMES_MAX = 64

export const ApproverKey = Closed(
  {
    id: Type.String({ description: 'SHA-256 of the public key, hex' }),
    algorithm: Type.Enum([...APPROVER_KEY_ALGORITHMS]),
    publicKey: Bytes('SubjectPublicKeyInfo, DER'),
    passkey: Type.Optional(
      Closed(
        { credential: Type.String({ description: 'Credential id, base64url' }) },
        { description: 'It signs assertions of WebAuthn, and nothing else by it counts' },
      ),
    ),
    addedAt: Instant('When it was enrolled'),
  },
  { $id: 'ApproverKey' },
)
export const EnrollRequest = Closed(
  {
    keys: Type.Array(Bytes('A public key of Ed25519 or P-256, DER or PEM'), { maxItems: 8 }),
    passkeys: Type.Optional(
      Type.Array(
        Closed({
          credential: Bytes('Credential id'),
          publicKey: Bytes('COSE_Key or SubjectPublicKeyInfo: Ed25519 or P-256'),
        }),
        { maxItems: 8, description: 'Keys in authenticators' },
      ),
    ),
  },
  { $id: 'EnrollRequest', description: 'Replaces every key that was there' },
)

const Team = Type.String({ minLength: 1, maxLength: 64 })
const team = Type.Optional(Team)
export const Group = Closed(
  {
    id: Type.String(),
    tenant: Type.String(),
    name: Type.String(),
    members: Type.Array(Closed({ principal: Type.String({ description: 'Id' }), team })),
    createdAt: Instant('Creation'),
    updatedAt: Instant('Last change'),
    revision: Revision,
  },
  { $id: 'Group', description: 'People that quorums are made of' },
)
const members = Type.Array(Closed({ principal: Reference('Id or name'), team }), {
  maxItems: GROUP_MEMBERS_MAX,
})
export const CreateGroupRequest = Closed(
  { name: Reference('a-z 0-9 . _ / -'), members },
  { $id: 'CreateGroupRequest' },
)
export const UpdateGroupRequest = Closed(
  { members },
  { $id: 'UpdateGroupRequest', description: 'Replaces every member' },
)
export const GroupAnswer = Closed({ group: Group, entry: Entry }, { $id: 'GroupAnswer' })
export const GroupListAnswer = Closed(
  { groups: Type.Array(Group), damaged: Damaged, entry: Entry },
  { $id: 'GroupListAnswer' },
)
export const DeletedAnswer = Closed({ name: Type.String(), entry: Entry }, { $id: 'DeletedAnswer' })

const Actions = Type.Array(Type.Enum([...GUARDABLE_ACTIONS]), { minItems: 1 })
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 129 }), {
  minItems: 1,
  maxItems: NAMES_MAX,
  description: 'Names of keys and objects, a trailing `*` for any rest; nothing else is guarded',
})
const seconds = (most: number, description: string) =>
  Type.Integer({ minimum: 60, maximum: most / SECOND_MS, description })
const gatherSeconds = seconds(GATHER_MS_MAX, 'How long approvals are gathered; 7 days if absent')
const executeSeconds = seconds(
  EXECUTE_MS_MAX,
  'How long after the quorum the call may be made; a day if absent',
)
const approvals = Type.Integer({ minimum: 1, maximum: APPROVALS_MAX })
const distinctTeams = Type.Boolean({ description: 'Not two approvals from one team' })
const reason = Type.Boolean({ description: 'The requester must say why' })

export const Quorum = Closed(
  {
    id: Type.String(),
    tenant: Type.String(),
    name: Type.String(),
    actions: Actions,
    names: Type.Optional(Names),
    labels: Type.Optional(Labels),
    approvals,
    group: Type.String({ description: 'Id' }),
    distinctTeams,
    reason,
    gatherSeconds,
    executeSeconds,
    createdAt: Instant('Creation'),
    updatedAt: Instant('Last change'),
    revision: Revision,
  },
  { $id: 'Quorum', description: 'Which actions, on what, need whose approval' },
)
const rule = {
  actions: Actions,
  names: Type.Optional(Names),
  labels: Type.Optional(Labels),
  approvals,
  group: Reference('Id or name'),
  distinctTeams: Type.Optional(distinctTeams),
  reason: Type.Optional(reason),
  gatherSeconds: Type.Optional(gatherSeconds),
  executeSeconds: Type.Optional(executeSeconds),
}
export const CreateQuorumRequest = Closed(
  { name: Reference('a-z 0-9 . _ / -'), ...rule },
  { $id: 'CreateQuorumRequest' },
)
export const InstallGuardsRequest = Closed(
  {
    group: rule.group,
    approvals,
    guards: Type.Optional(
      Type.Array(Type.Enum([...GUARD_NAMES]), {
        minItems: 1,
        maxItems: GUARD_NAMES.length,
        description: 'All of them if absent',
      }),
    ),
    distinctTeams: rule.distinctTeams,
    reason: rule.reason,
  },
  { $id: 'InstallGuardsRequest' },
)
export const NewQuorumsAnswer = Closed(
  { quorums: Type.Array(Quorum), entry: Entry },
  { $id: 'NewQuorumsAnswer' },
)
export const UpdateQuorumRequest = Closed(rule, {
  $id: 'UpdateQuorumRequest',
  description: 'Replaces all that the quorum says',
})
export const QuorumAnswer = Closed({ quorum: Quorum, entry: Entry }, { $id: 'QuorumAnswer' })
export const QuorumListAnswer = Closed(
  { quorums: Type.Array(Quorum), damaged: Damaged, entry: Entry },
  { $id: 'QuorumListAnswer' },
)

const Assertion = Closed(
  {
    authenticatorData: Bytes('As the authenticator gave it'),
    clientDataJson: Bytes('As the browser made it; its challenge is the SHA-256 of the statement'),
  },
  { $id: 'Assertion', description: 'What a passkey signed around the statement (WebAuthn)' },
)
const Person = Closed({ id: Type.String(), name: Type.String() })
export const Approval = Closed(
  {
    id: Type.String(),
    tenant: Type.String(),
    status: Type.Enum(['pending', 'approved', 'denied', 'cancelled', 'executed', 'expired']),
    content: Type.String({
      description: 'Exactly what is asked for: canonical JSON, whose SHA-256 is `digest`',
    }),
    digest: Type.String({ description: 'SHA-256 of `content`, hex' }),
    statement: Type.String({
      description: 'What the caller signs to approve it: all of this text, in UTF-8',
    }),
    action: Type.Enum([...GUARDABLE_ACTIONS]),
    target: Closed({
      kind: Type.String(),
      id: Type.String(),
      name: Type.String(),
      revision: Type.Integer({ minimum: 0, description: 'Of what was asked about; 0: not there' }),
    }),
    input: Type.Unknown({ description: 'Of the call; bytes by their hash and length' }),
    requester: Person,
    reason: Type.String(),
    quorums: Type.Array(
      Closed({
        id: Type.String(),
        name: Type.String(),
        revision: Revision,
        group: Type.String(),
        approvals,
        distinctTeams,
      }),
    ),
    createdAt: Instant('When it was asked for'),
    expiresAt: Instant('Until when approvals are gathered'),
    executeBy: Type.Optional(Instant('Until when it may be executed; there is a quorum')),
    signatures: Type.Array(
      Closed({
        principal: Type.String(),
        name: Type.String(),
        key: Type.String({ description: "Id of the approver's key" }),
        signature: Bytes('Over the statement of that approver'),
        assertion: Type.Optional(Assertion),
        at: Instant('When it came'),
      }),
    ),
    endedBy: Type.Optional(
      Type.String({ description: 'Id of who denied, cancelled, executed it' }),
    ),
    endedAt: Type.Optional(Instant('When that was')),
    revision: Revision,
  },
  {
    $id: 'Approval',
    description:
      'A guarded call that waits. Sign only what `content` says: the other members repeat it readably',
  },
)
export const ApprovalAnswer = Closed(
  { approval: Approval, entry: Entry },
  { $id: 'ApprovalAnswer' },
)
export const ApprovalListAnswer = Closed(
  {
    approvals: Type.Array(Approval),
    next: Type.Optional(After),
    damaged: Damaged,
    entry: Entry,
  },
  { $id: 'ApprovalListAnswer' },
)
export const ApprovalListQuery = Closed({
  open: Type.Optional(Type.Boolean({ description: 'Only what still waits for somebody' })),
  after: Type.Optional(After),
  limit: Type.Optional(Limit),
})
export const ApproveRequest = Closed(
  {
    key: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'Id of the key that it is signed by',
    }),
    signature: Bytes('Over `statement`: Ed25519, or ECDSA with SHA-256 in DER or as r || s'),
    assertion: Type.Optional(Assertion),
  },
  { $id: 'ApproveRequest' },
)

import { KEY_TYPES, PURPOSES, REVOCATION_REASONS } from '@claviger/core'
import { type Static, Type } from 'typebox'
import {
  After,
  Bytes,
  Closed,
  Damaged,
  Entry,
  Instant,
  KeySpec,
  KeyState,
  Labels,
  Limit,
  Mechanism,
  Reason,
  Reference,
  Revision,
  Version,
} from './value.ts'

const Mechanisms = Type.Array(Mechanism, {
  maxItems: 64,
  description: 'What calls may ask for; the first that suits is the default',
})
const Purpose = Type.Enum([...PURPOSES])
const Days = Type.Union([Type.Integer({ minimum: 1, maximum: 36_500 }), Type.Literal('unlimited')])
const AnyDays = Type.Union([Type.Integer(), Type.Literal('unlimited')])
const UsageLimits = Closed(
  {
    invocationsMax: Type.Optional(Type.Integer({ minimum: 1 })),
    bytesMax: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { $id: 'UsageLimits' },
)
const Suspension = Closed({ at: Instant('Since when'), reason: Type.String() })
const Compromise = Closed({
  occurredAt: Instant('When it happened'),
  reportedAt: Instant('When it became known'),
  reason: Type.String(),
})
const Transition = Closed(
  {
    at: Instant('When'),
    from: Type.Union([KeyState, Type.Literal('none')]),
    to: KeyState,
    half: Type.Optional(Type.Enum(['private', 'public'])),
    by: Type.String({ description: 'Id of the principal' }),
    reason: Type.String(),
  },
  { $id: 'Transition' },
)

export const KeyVersion = Closed(
  {
    key: Type.String(),
    tenant: Type.String(),
    version: Version(),
    state: KeyState,
    effectiveState: KeyState,
    publicState: Type.Optional(KeyState),
    generation: Type.Integer({ minimum: 1 }),
    publicKey: Type.Optional(Bytes('SubjectPublicKeyInfo, or the raw key')),
    checkValue: Type.String({ pattern: '^[0-9a-f]{0,16}$' }),
    materialId: Type.Optional(Type.String({ description: 'What the check value begins, in hex' })),
    materialUntil: Type.Optional(Instant('From then on its material, made elsewhere, is awaited')),
    cause: Type.Optional(Type.Enum(['created', 'imported', 'requested', 'scheduled'])),
    createdAt: Instant('Creation'),
    activateAt: Type.Optional(Instant('When it becomes active by itself')),
    activatedAt: Type.Optional(Instant('When it became active')),
    protectUntil: Type.Optional(Instant('End of the originator-usage period')),
    processUntil: Type.Optional(Instant('End of the recipient-usage period')),
    deactivatedAt: Type.Optional(Instant('When it stopped protecting')),
    destroyedAt: Type.Optional(Instant('When its material went')),
    compromise: Type.Optional(Compromise),
    hasMaterial: Type.Boolean(),
    destroyDue: Type.Boolean(),
    history: Type.Array(Transition),
  },
  { $id: 'KeyVersion' },
)

const keyFields = {
  id: Type.String(),
  tenant: Type.String(),
  name: Type.String(),
  spec: KeySpec,
  purpose: Purpose,
  keyType: Type.Enum([...KEY_TYPES]),
  mechanisms: Mechanisms,
  description: Type.String(),
  owner: Type.String(),
  labels: Labels,
  exportable: Type.Boolean(),
  origin: Type.Enum(['generated', 'imported', 'derived', 'agreed', 'unwrapped']),
  cryptoperiod: Closed({ protectDays: AnyDays, processDays: AnyDays }),
  limits: UsageLimits,
  custody: Type.String(),
  externalId: Type.Optional(
    Type.String({ description: 'What a custody outside of the keeper calls it' }),
  ),
  currentVersion: Type.Integer({ minimum: 0, description: '0 before any is active' }),
  lastVersion: Type.Integer({ minimum: 0 }),
  state: KeyState,
  suspension: Type.Optional(Suspension),
  destroyAt: Type.Optional(Instant('When the scheduled destruction happens')),
  rotation: Type.Optional(
    Closed({
      periodDays: Type.Integer({ minimum: 1, maximum: 3_650 }),
      nextAt: Instant('When the keeper next rotates it by itself'),
    }),
  ),
  materialUntil: Type.Optional(
    Type.Record(Type.String(), Instant('From then on the material of that version is awaited')),
  ),
  pendingVersion: Type.Optional(Version('What a rotation to it puts in force')),
  createdAt: Instant('Creation'),
  createdBy: Type.String({ description: 'Id of the principal' }),
  updatedAt: Instant('Last change'),
  revision: Revision,
}

/** A key in a list; `state` is as of its last change. */
export const ListedKey = Closed(keyFields, { $id: 'ListedKey' })
/** A key with the version that stands for it; `state` counts now, dates applied. */
export const Key = Closed({ ...keyFields, version: KeyVersion }, { $id: 'Key' })
export const KeyAnswer = Closed({ key: Key, entry: Entry }, { $id: 'KeyAnswer' })
export const KeyHistoryAnswer = Closed(
  { key: Key, versions: Type.Array(KeyVersion), entry: Entry },
  { $id: 'KeyHistoryAnswer' },
)
export const KeyListAnswer = Closed(
  { keys: Type.Array(ListedKey), next: Type.Optional(After), damaged: Damaged, entry: Entry },
  { $id: 'KeyListAnswer' },
)
export const PublicKeyAnswer = Closed(
  {
    key: Type.String(),
    version: Version(),
    spec: KeySpec,
    publicKey: Bytes('SubjectPublicKeyInfo, or the raw key'),
    entry: Entry,
  },
  { $id: 'PublicKeyAnswer' },
)

const activate = Type.Optional(
  Type.Union([Type.Boolean(), Instant('At that moment')], {
    description: 'Active at once unless told otherwise',
  }),
)
const requested = {
  name: Type.String({ minLength: 1, maxLength: 128, description: 'a-z 0-9 . _ / -' }),
  purpose: Type.Optional(Purpose),
  mechanisms: Type.Optional(Mechanisms),
  description: Type.Optional(Type.String({ maxLength: 1_024 })),
  owner: Type.Optional(Type.String({ maxLength: 256 })),
  labels: Type.Optional(Labels),
  exportable: Type.Optional(Type.Boolean()),
  cryptoperiod: Type.Optional(
    Closed({ protectDays: Type.Optional(Days), processDays: Type.Optional(Days) }),
  ),
  limits: Type.Optional(UsageLimits),
  activate,
}

/** In clear, or wrapped under a key that the keeper holds. */
export const ImportedMaterial = Closed(
  {
    format: Type.Enum(['raw', 'pkcs8', 'spki', 'jwk', 'pem']),
    data: Bytes('The material, wrapped if `wrapping` says so'),
    wrapping: Type.Optional(
      Closed({
        key: Reference('Id or name of the wrapping key'),
        version: Type.Optional(Version()),
        mechanism: Type.Optional(Mechanism),
        aad: Type.Optional(Bytes('Additional data')),
      }),
    ),
  },
  { $id: 'ImportedMaterial' },
)
export type ImportedMaterial = Static<typeof ImportedMaterial>

export const CreateKeyRequest = Closed(
  {
    ...requested,
    spec: KeySpec,
    material: Type.Optional(
      Type.Literal('awaited', { description: 'It is made elsewhere and will be imported' }),
    ),
  },
  { $id: 'CreateKeyRequest' },
)
export const ImportKeyRequest = Closed(
  { ...requested, spec: Type.Optional(KeySpec), material: ImportedMaterial },
  { $id: 'ImportKeyRequest' },
)
export const UpdateKeyRequest = Closed(
  {
    description: requested.description,
    owner: requested.owner,
    labels: requested.labels,
    mechanisms: requested.mechanisms,
    limits: requested.limits,
    exportable: Type.Optional(Type.Literal(false, { description: 'Given up, never gained' })),
  },
  { $id: 'UpdateKeyRequest' },
)
export const RotateKeyRequest = Closed(
  {
    reason: Type.Optional(Reason),
    material: Type.Optional(ImportedMaterial),
    pending: Type.Optional(Type.Boolean({ description: 'To the version imported as pending' })),
  },
  { $id: 'RotateKeyRequest' },
)
export const ImportVersionRequest = Closed(
  {
    material: ImportedMaterial,
    version: Type.Optional(Version('Whose material it is; absent: told from the material')),
    pending: Type.Optional(
      Type.Boolean({ description: 'Further material: a version for `rotate` to put in force' }),
    ),
    materialUntil: Type.Optional(Instant('From then on the keeper no longer has it')),
    activate: Type.Optional(
      Type.Boolean({ description: 'Of the first material; active unless told otherwise' }),
    ),
  },
  { $id: 'ImportVersionRequest' },
)
export const DeleteMaterialRequest = Closed(
  { version: Type.Optional(Version('One version; absent: all')) },
  { $id: 'DeleteMaterialRequest' },
)
export const SetRotationRequest = Closed(
  {
    periodDays: Type.Union([Type.Integer({ minimum: 1, maximum: 3_650 }), Type.Null()], {
      description: 'Null: the keeper no longer rotates it by itself',
    }),
  },
  { $id: 'SetRotationRequest' },
)
export const KeyUsageAnswer = Closed(
  {
    key: Type.String({ description: 'Id of the key' }),
    lastUse: Type.Optional(
      Closed({
        at: Instant('When it last did its work'),
        action: Type.String(),
        version: Type.Integer({ minimum: 0 }),
        event: Type.String({ description: 'Id of the entry that tells of it' }),
        requestId: Type.Optional(Type.String()),
      }),
    ),
    entry: Entry,
  },
  { $id: 'KeyUsageAnswer' },
)
export const MoveKeyRequest = Closed(
  { version: Type.Optional(Version()), reason: Type.Optional(Reason) },
  { $id: 'MoveKeyRequest' },
)
export const SuspendRequest = Closed({ reason: Reason }, { $id: 'SuspendRequest' })
export const ResumeRequest = Closed({ reason: Type.Optional(Reason) }, { $id: 'ResumeRequest' })
export const RevokeKeyRequest = Closed(
  {
    reason: Type.Enum([...REVOCATION_REASONS]),
    message: Type.Optional(Reason),
    occurredAt: Type.Optional(Instant('When the compromise happened, if known')),
    version: Type.Optional(Version('One version; absent: all')),
  },
  { $id: 'RevokeKeyRequest' },
)
export const DestroyKeyRequest = Closed(
  {
    windowDays: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3_650, description: '30 if absent; 0 is at once' }),
    ),
    reason: Type.Optional(Reason),
    version: Type.Optional(Version('One version, at once: `windowDays` must be 0')),
  },
  { $id: 'DestroyKeyRequest' },
)

export const listQuery = {
  namePrefix: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  state: Type.Optional(KeyState),
  owner: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  label: Type.Optional(
    Type.Array(Type.String({ pattern: '^[^=]+=', maxLength: 400 }), {
      maxItems: 16,
      description: '`name=value`; may be given several times, and all must match',
    }),
  ),
  after: Type.Optional(After),
  limit: Type.Optional(Limit),
  descending: Type.Optional(Type.Boolean({ description: 'Newest first' })),
}
export const KeyListQuery = Closed({
  ...listQuery,
  spec: Type.Optional(KeySpec),
  purpose: Type.Optional(Purpose),
})
export const PublicKeyQuery = Closed({ version: Type.Optional(Version()) })

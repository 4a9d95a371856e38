import { Type } from 'typebox'
import { KeyVersion, listQuery } from './key.ts'
import {
  After,
  Bytes,
  Closed,
  Damaged,
  Entry,
  Instant,
  KeyState,
  Labels,
  Reason,
  Revision,
  Version,
} from './value.ts'

const ObjectKind = Type.Enum(['secret-data', 'opaque', 'certificate'])
const { history, compromise } = KeyVersion.properties

const Certificate = Closed(
  {
    subject: Type.String(),
    issuer: Type.String(),
    serial: Type.String(),
    notBefore: Instant('Validity, from'),
    notAfter: Instant('Validity, to'),
    fingerprint: Type.String(),
    key: Type.Optional(Type.String({ description: 'The key whose public half it certifies' })),
    keyVersion: Type.Optional(Version()),
  },
  { $id: 'Certificate' },
)

export const ManagedObject = Closed(
  {
    id: Type.String(),
    tenant: Type.String(),
    name: Type.String(),
    kind: ObjectKind,
    state: KeyState,
    description: Type.String(),
    owner: Type.String(),
    labels: Labels,
    generation: Type.Integer({ minimum: 1 }),
    certificate: Type.Optional(Certificate),
    suspension: Type.Optional(Closed({ at: Instant('Since when'), reason: Type.String() })),
    activateAt: Type.Optional(Instant('When it becomes active by itself')),
    deactivateAt: Type.Optional(Instant('When it stops by itself')),
    destroyAt: Type.Optional(Instant('When its content goes')),
    compromise,
    createdAt: Instant('Creation'),
    createdBy: Type.String({ description: 'Id of the principal' }),
    updatedAt: Instant('Last change'),
    history,
    hasContent: Type.Boolean(),
    revision: Revision,
  },
  { $id: 'Object' },
)
export const ObjectAnswer = Closed({ object: ManagedObject, entry: Entry }, { $id: 'ObjectAnswer' })
export const ObjectListAnswer = Closed(
  {
    objects: Type.Array(ManagedObject),
    next: Type.Optional(After),
    damaged: Damaged,
    entry: Entry,
  },
  { $id: 'ObjectListAnswer' },
)
export const ObjectContentAnswer = Closed(
  { kind: ObjectKind, content: Bytes('The content'), entry: Entry },
  { $id: 'ObjectContentAnswer' },
)

export const CreateObjectRequest = Closed(
  {
    name: Type.String({ minLength: 1, maxLength: 128, description: 'a-z 0-9 . _ / -' }),
    kind: ObjectKind,
    content: Bytes('At most 1 MiB; a certificate in DER or PEM'),
    description: Type.Optional(Type.String({ maxLength: 1_024 })),
    owner: Type.Optional(Type.String({ maxLength: 256 })),
    labels: Type.Optional(Labels),
    activate: Type.Optional(Type.Union([Type.Boolean(), Instant('At that moment')])),
    deactivateAt: Type.Optional(Instant('When it stops by itself')),
  },
  { $id: 'CreateObjectRequest' },
)
export const UpdateObjectRequest = Closed(
  {
    description: Type.Optional(Type.String({ maxLength: 1_024 })),
    owner: Type.Optional(Type.String({ maxLength: 256 })),
    labels: Type.Optional(Labels),
  },
  { $id: 'UpdateObjectRequest' },
)
export const MoveObjectRequest = Closed(
  { reason: Type.Optional(Reason) },
  { $id: 'MoveObjectRequest' },
)
export const RevokeObjectRequest = Closed(
  {
    reason: Type.Optional(Reason),
    occurredAt: Type.Optional(Instant('When the compromise happened, if known')),
  },
  { $id: 'RevokeObjectRequest' },
)
export const ObjectListQuery = Closed({ ...listQuery, kind: Type.Optional(ObjectKind) })
export const ObjectContentQuery = Closed({ acknowledgeRisk: Type.Optional(Type.Boolean()) })

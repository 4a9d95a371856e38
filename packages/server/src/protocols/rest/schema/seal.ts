import { ROLES, SEAL_KINDS, SHARE_PROBLEMS } from '@claviger/core'
import { type Static, Type } from 'typebox'
import { Closed, Entry, Reference } from './value.ts'

const SealKind = Type.Enum([...SEAL_KINDS])
const shamir = {
  set: Type.Optional(Type.String({ description: 'Names the set that shares belong to, hex' })),
  shares: Type.Optional(Type.Integer()),
  threshold: Type.Optional(Type.Integer()),
}
const status = {
  initialized: Type.Boolean(),
  sealed: Type.Boolean(),
  generation: Type.Integer({ minimum: 0 }),
  kind: Type.Optional(SealKind),
  ...shamir,
  progress: Type.Optional(
    Type.Array(Type.Integer(), { description: 'Indexes of the shares given so far' }),
  ),
  rootGeneration: Type.Integer({ minimum: 0 }),
  rotating: Type.Boolean(),
  pending: Type.Optional(
    Closed({ kind: SealKind, generation: Type.Integer(), ...shamir }, { $id: 'SealFacts' }),
  ),
}
export const SealStatus = Closed(status, { $id: 'SealStatus' })
export const SealAnswer = Closed({ ...status, entry: Entry }, { $id: 'SealAnswer' })

export const SealMethod = Closed(
  {
    kind: SealKind,
    shares: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
    threshold: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
    passphrase: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  },
  {
    $id: 'SealMethod',
    description:
      '`shamir` takes `shares` and `threshold`, `passphrase` a `passphrase`, `file` nothing',
  },
)
export type SealMethod = Static<typeof SealMethod>

export const SealCredential = Closed(
  {
    share: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
    passphrase: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  },
  {
    $id: 'SealCredential',
    description: 'One share, or the passphrase; neither for a seal of kind `file`',
  },
)
export type SealCredential = Static<typeof SealCredential>

const Credentials = Type.Array(SealCredential, { maxItems: 255 })

export const InitializeRequest = Closed(
  {
    method: SealMethod,
    principals: Type.Optional(
      Type.Array(
        Closed({
          name: Reference('a-z 0-9 . _ / -'),
          roles: Type.Array(Type.Enum([...ROLES]), { minItems: 1, maxItems: ROLES.length }),
          tokenDays: Type.Integer({ minimum: 1, maximum: 3_650 }),
        }),
        { minItems: 1, maxItems: 16, description: 'Who is there from the start' },
      ),
    ),
  },
  { $id: 'InitializeRequest' },
)
const newSeal = {
  status: SealStatus,
  shares: Type.Optional(
    Type.Array(Type.String(), { description: 'By index from 1: shown this once, kept nowhere' }),
  ),
  entry: Entry,
}
export const InitializeAnswer = Closed(
  {
    ...newSeal,
    tokens: Type.Record(Type.String(), Type.String(), {
      description: 'Bearer tokens by principal name: shown this once, stored nowhere',
    }),
  },
  { $id: 'InitializeAnswer' },
)
export const RekeyAnswer = Closed(newSeal, { $id: 'RekeyAnswer' })
export const RekeyRequest = Closed(
  { method: SealMethod, authorization: Credentials },
  { $id: 'RekeyRequest' },
)
export const ConfirmRekeyRequest = Closed({ proof: Credentials }, { $id: 'ConfirmRekeyRequest' })
export const RotateRootRequest = Closed(
  { authorization: Credentials },
  { $id: 'RotateRootRequest' },
)
export const CheckShareRequest = Closed(
  { share: Type.String({ minLength: 1, maxLength: 400 }) },
  { $id: 'CheckShareRequest' },
)
export const CheckShareAnswer = Closed(
  {
    valid: Type.Boolean(),
    problem: Type.Optional(Type.Enum([...SHARE_PROBLEMS])),
    ...shamir,
    index: Type.Optional(Type.Integer()),
    generation: Type.Optional(Type.Integer()),
    entry: Entry,
  },
  { $id: 'CheckShareAnswer' },
)

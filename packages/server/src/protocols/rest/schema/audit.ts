import { ACTIONS } from '@claviger/core'
import { Type } from 'typebox'
import { Closed, Entry, Instant, Limit } from './value.ts'

const Index = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

export const LoggedEntry = Closed(
  {
    index: Index,
    event: Type.Object(
      {
        action: Type.String(),
        at: Instant('When'),
        id: Type.String(),
        outcome: Type.Enum(['allowed', 'denied', 'failed', 'partial']),
      },
      {
        additionalProperties: true,
        description: 'The entry; its RFC 8785 form is byte for byte what the log holds',
      },
    ),
  },
  { $id: 'LoggedEntry' },
)
export const EntryListAnswer = Closed(
  {
    entries: Type.Array(LoggedEntry),
    next: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Give as `before` for older ones' }),
    ),
    entry: Entry,
  },
  { $id: 'EntryListAnswer' },
)
export const EntryListQuery = Closed({
  target: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  actor: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  action: Type.Optional(Type.Enum([...ACTIONS])),
  outcome: Type.Optional(Type.Enum(['allowed', 'denied', 'failed', 'partial'])),
  since: Type.Optional(Instant('Inclusive')),
  until: Type.Optional(Instant('Inclusive')),
  before: Type.Optional(Index),
  limit: Type.Optional(Limit),
})

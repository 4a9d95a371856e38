import { EMERGENCY_SECONDS_MAX, ROLES } from '@claviger/core'
import { Type } from 'typebox'
import { Closed, Damaged, Entry, Instant, Reference } from './value.ts'

const Roles = Type.Array(Type.Enum([...ROLES]), { minItems: 1, maxItems: ROLES.length })

export const Emergency = Closed(
  {
    name: Type.String(),
    principal: Type.String({ description: 'Id of whom it lets in as' }),
    roles: Roles,
    shares: Type.Integer({ minimum: 2, maximum: 255 }),
    threshold: Type.Integer({ minimum: 2, maximum: 255, description: 'How many of them open it' }),
    generation: Type.Integer({ minimum: 1, description: 'Shares of an older one are stale' }),
    seconds: Type.Integer({ description: 'How long it stays open' }),
    isOpen: Type.Boolean(),
    opened: Type.Optional(
      Closed(
        {
          token: Type.String({ description: 'Id' }),
          at: Instant('When it was opened'),
          until: Instant('When it ends by itself'),
          reason: Type.String(),
          closedAt: Type.Optional(Instant('When it was closed')),
        },
        { description: 'The newest opening' },
      ),
    ),
    createdAt: Instant('When its shares were made'),
  },
  { $id: 'Emergency', description: 'A way in for when there is no other' },
)
export const CreateEmergencyRequest = Closed(
  {
    name: Reference('a-z 0-9 . _ / -'),
    roles: Roles,
    shares: Type.Integer({ minimum: 2, maximum: 255 }),
    threshold: Type.Integer({ minimum: 2, maximum: 255 }),
    seconds: Type.Optional(
      Type.Integer({
        minimum: 60,
        maximum: EMERGENCY_SECONDS_MAX,
        description: 'How long it stays open; an hour if absent',
      }),
    ),
  },
  { $id: 'CreateEmergencyRequest' },
)
export const NewEmergencyAnswer = Closed(
  {
    emergency: Emergency,
    shares: Type.Array(Type.String(), {
      description: 'By index from 1: shown this once, kept nowhere',
    }),
    entry: Entry,
  },
  { $id: 'NewEmergencyAnswer' },
)
export const OpenEmergencyRequest = Closed(
  {
    proof: Type.Array(Closed({ share: Type.String({ minLength: 1, maxLength: 400 }) }), {
      minItems: 1,
      maxItems: 255,
    }),
    reason: Type.String({ minLength: 1, maxLength: 512, description: 'Kept with the opening' }),
  },
  { $id: 'OpenEmergencyRequest' },
)
export const OpenEmergencyAnswer = Closed(
  {
    emergency: Emergency,
    secret: Type.String({ description: 'A bearer token: shown this once, stored nowhere' }),
    entry: Entry,
  },
  { $id: 'OpenEmergencyAnswer' },
)
export const EmergencyAnswer = Closed(
  { emergency: Emergency, entry: Entry },
  { $id: 'EmergencyAnswer' },
)
export const EmergencyListAnswer = Closed(
  { emergencies: Type.Array(Emergency), damaged: Damaged, entry: Entry },
  { $id: 'EmergencyListAnswer' },
)

import { type Static, Type } from 'typebox'
import { Closed } from './value.ts'

export const CreateBackupRequest = Closed(
  {
    recipients: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 4_096 }), {
        minItems: 1,
        maxItems: 16,
        description: 'age recipients (`age1…`): whoever holds the identity of one opens the backup',
      }),
    ),
    passphrase: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_024, description: 'Instead of recipients' }),
    ),
  },
  { $id: 'CreateBackupRequest' },
)
export type CreateBackupRequest = Static<typeof CreateBackupRequest>

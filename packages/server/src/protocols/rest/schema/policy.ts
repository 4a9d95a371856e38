import { Type } from 'typebox'
import { Closed, Damaged, Entry, Instant, Revision } from './value.ts'

export const Policy = Closed(
  {
    tenant: Type.String(),
    name: Type.String(),
    text: Type.String({ description: 'Cedar' }),
    updatedAt: Instant('Last change'),
    revision: Revision,
  },
  { $id: 'Policy' },
)
export const PolicyAnswer = Closed({ policy: Policy, entry: Entry }, { $id: 'PolicyAnswer' })
export const PolicyListAnswer = Closed(
  { policies: Type.Array(Policy), damaged: Damaged, entry: Entry },
  { $id: 'PolicyListAnswer' },
)
export const PutPolicyRequest = Closed(
  { text: Type.String({ minLength: 1, maxLength: 65_536, description: 'Cedar' }) },
  { $id: 'PutPolicyRequest' },
)
export const DeletedPolicyAnswer = Closed(
  { name: Type.String(), entry: Entry },
  { $id: 'DeletedPolicyAnswer' },
)

import { type Static, Type } from 'typebox'
import { Closed, Entry } from './value.ts'
import { PROBLEM_CODES } from '../errors.ts'

/** RFC 9457 §3, with the members of our own that §3.2 permits. */
export const Problem = Closed(
  {
    type: Type.String({ pattern: '^urn:claviger:error:[a-z-]+$' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    code: Type.Enum([...PROBLEM_CODES]),
    detail: Type.String({ description: 'What is wrong and what to do next' }),
    details: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())]),
        { description: 'Values to act on' },
      ),
    ),
    entry: Type.Optional(Entry),
    incident: Type.Optional(
      Type.String({ description: 'Names an internal error to the operator, who has the cause' }),
    ),
  },
  { $id: 'Problem' },
)
export type Problem = Static<typeof Problem>

/** What stands in a batch for an item that failed. */
export const FailedItem = Closed({ error: Problem }, { $id: 'FailedItem' })

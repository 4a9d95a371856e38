import { DUTY_RULES } from '@claviger/core'
import { Type } from 'typebox'
import { Closed, Damaged, Entry } from './value.ts'

export const DutyFinding = Closed(
  {
    rule: Type.Enum([...DUTY_RULES]),
    severity: Type.Enum(['violation', 'warning']),
    kind: Type.Enum(['principal', 'token', 'group', 'quorum', 'tenant']),
    id: Type.String(),
    name: Type.String({
      description: 'Of a token, its principal; of what is unguarded, the guard',
    }),
    message: Type.String(),
  },
  { $id: 'DutyFinding', description: 'A duty that is not kept apart, or would not be' },
)
export const DutiesAnswer = Closed(
  {
    findings: Type.Array(DutyFinding),
    violations: Type.Integer({ minimum: 0, description: 'How many of the findings are one now' }),
    damaged: Damaged,
    entry: Entry,
  },
  { $id: 'DutiesAnswer' },
)

export const ReviewRequest = Closed(
  {
    staleDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3_650,
        description: 'Who has not been seen for so long is stale; 90 if absent',
      }),
    ),
  },
  { $id: 'ReviewRequest' },
)
export const ReviewAnswer = Closed(
  {
    review: Type.String({ description: 'Canonical JSON, whose SHA-256 is `digest`' }),
    digest: Type.String({ description: 'SHA-256 of `review`, hex; the entry has it as `sha256`' }),
    entry: Entry,
  },
  { $id: 'ReviewAnswer' },
)

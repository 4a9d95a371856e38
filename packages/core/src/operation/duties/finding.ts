/** What a report of duties can find. */
export const DUTY_RULES = [
  'excluded-roles',
  'excluded-roles-shut-out',
  'discouraged-roles',
  'token-of-excluded-roles',
  'one-key-of-two',
  'auditor-approves',
  'member-gone',
  'member-cannot-approve',
  'quorum-out-of-reach',
  'quorum-out-of-reach-of-requester',
  'approver-asks',
  'unguarded',
] as const
export type DutyRule = (typeof DUTY_RULES)[number]

/** A `violation` is one now; a `warning` is what would become one, or what somebody should know of. */
export interface DutyFinding {
  readonly rule: DutyRule
  readonly severity: 'violation' | 'warning'
  readonly kind: 'principal' | 'token' | 'group' | 'quorum' | 'tenant'
  /** Id and name of what it is about. */
  readonly id: string
  readonly name: string
  readonly message: string
}

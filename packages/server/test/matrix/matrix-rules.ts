import type { Role } from '@claviger/core'

/*
 * What is expected, from docs/design/lifecycle.md, docs/operations and SP 800-57 part 1 §7: written out here and
 * read from no table of the code, so that a change there shows as a cell that turns.
 */

/** Who calls, by the roles they hold: each, none, and those that one person may hold at once. */
export const ROLE_SETS: readonly (readonly Role[])[] = [
  [],
  ['administrator'],
  ['officer'],
  ['user'],
  ['auditor'],
  ['operator'],
  ['approver'],
  ['administrator', 'operator'],
  ['officer', 'user'],
]

/** What a call is part of, and who has that duty. */
export const DUTIES = {
  'see keys': ['administrator', 'officer', 'user', 'auditor'],
  'see the past of keys': ['administrator', 'officer', 'auditor'],
  'see public halves': ['officer', 'user'],
  'manage keys': ['officer'],
  'use keys': ['user'],
  'give up a right to a key': ['officer', 'user'],
  govern: ['administrator'],
  'see what governs': ['administrator', 'auditor'],
  watch: ['auditor'],
  'see checkpoints': ['auditor', 'operator'],
  'hold the seal': ['operator'],
  'see requests': ['administrator', 'officer', 'user', 'auditor', 'approver'],
  'take requests back': ['administrator', 'officer', 'user'],
  approve: ['approver'],
  'see emergencies': ['administrator', 'officer', 'auditor'],
  'end emergencies': ['administrator', 'officer'],
  'ask why': ['administrator', 'auditor'],
  anybody: ['administrator', 'officer', 'user', 'auditor', 'operator', 'approver'],
} as const satisfies Readonly<Record<string, readonly Role[]>>
export type Duty = keyof typeof DUTIES

export const STATES = [
  'pre-active',
  'active',
  'suspended',
  'scheduled',
  'deactivated',
  'compromised',
  'destroyed',
] as const
/** `scheduled` is suspended until it is destroyed. */
export type MatrixState = (typeof STATES)[number]

const but = (...out: readonly MatrixState[]): readonly MatrixState[] =>
  STATES.filter((state) => !out.includes(state))

/** The states in which a thing may be done to a key. */
export const MOMENTS = {
  always: STATES,
  'before destruction': but('destroyed'),
  'to protect': ['active'],
  // Who acknowledges no risk may not read what was protected before a suspension or a compromise.
  'to process': ['active', 'deactivated'],
  'to activate': ['pre-active'],
  'to rotate': but('suspended', 'scheduled', 'destroyed'),
  'to suspend': but('suspended', 'scheduled', 'destroyed'),
  'to resume': ['suspended'],
  'to deactivate': ['active', 'suspended', 'scheduled'],
  // Learnt of after destruction it is recorded all the same; once is enough.
  'to compromise': but('compromised'),
  'to destroy': but('destroyed'),
  'to cancel': ['scheduled'],
  'to bring material': but('scheduled', 'destroyed'),
} as const satisfies Readonly<Record<string, readonly MatrixState[]>>
export type Moment = keyof typeof MOMENTS

/** What kind of key: by its purpose; `imported` encrypts, and was made elsewhere. */
export const KINDS = [
  'encrypt',
  'sign',
  'mac',
  'wrap',
  'derive',
  'agree',
  'encapsulate',
  'imported',
] as const
export type Kind = (typeof KINDS)[number]

/** How somebody shows who they are. */
export const STRENGTHS = ['anonymous', 'expired', 'scoped', 'full', 'certificate'] as const
export type Strength = (typeof STRENGTHS)[number]

/** All that a scoped credential may do. */
export const SCOPE: readonly string[] = ['key.get', 'key.encrypt', 'key.decrypt', 'key.suspend']

/** Nobody knows who calls; no policy allows it; allowed, and refused by what the key is; done. */
export type Outcome = 'unknown' | 'denied' | 'refused' | 'done'

/** What a call is, as far as its outcome goes. */
export interface Ruled {
  readonly duty: Duty
  /** The action that the scope of a credential must name. */
  readonly action: string
  readonly moment?: Moment
  readonly kinds?: readonly Kind[]
}

export interface Subject {
  readonly roles: readonly Role[]
  readonly strength: Strength
}

export function expected(
  { duty, action, moment = 'always', kinds = KINDS }: Ruled,
  { roles, strength }: Subject,
  state: MatrixState | undefined,
  kind: Kind | undefined,
): Outcome {
  if (strength === 'anonymous' || strength === 'expired') return 'unknown'
  const holders: readonly Role[] = DUTIES[duty]
  if (!roles.some((role) => holders.includes(role))) return 'denied'
  if (strength === 'scoped' && !SCOPE.includes(action)) return 'denied'
  if (kind !== undefined && !kinds.includes(kind)) return 'refused'
  const states: readonly MatrixState[] = MOMENTS[moment]
  // SP 800-57 part 1 §7.4: a private key that signs is destroyed when it is deactivated; its public half goes on.
  if (kind === 'sign' && state === 'deactivated' && moment !== 'to process') {
    return states.includes('destroyed') ? 'done' : 'refused'
  }
  return state !== undefined && !states.includes(state) ? 'refused' : 'done'
}

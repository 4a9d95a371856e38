import { KeeperError } from '../error.ts'
import type { Role } from './principal.ts'

/** Two roles that nobody holds at once. */
export interface Exclusion {
  /** Stays in force for whoever holds both all the same. */
  readonly keeps: Role
  /** Does not: the one that reaches further, or that the other watches. */
  readonly refuses: Role
  readonly why: string
}

const GOVERNS = 'whoever grants roles must not reach keys'
const WATCHES = 'whoever watches must not be what is watched'

/**
 * Duties that are kept apart (separation of duties: NIST SP 800-57 part 2, SP 800-152, AC-5 of SP 800-53). An administrator
 * keeps that role, or nobody could put the matter right; an auditor keeps that of an auditor alone.
 */
export const EXCLUSIONS: readonly Exclusion[] = [
  { keeps: 'administrator', refuses: 'officer', why: GOVERNS },
  { keeps: 'administrator', refuses: 'user', why: GOVERNS },
  { keeps: 'administrator', refuses: 'auditor', why: WATCHES },
  { keeps: 'auditor', refuses: 'officer', why: WATCHES },
  { keeps: 'auditor', refuses: 'user', why: WATCHES },
  { keeps: 'auditor', refuses: 'operator', why: WATCHES },
  { keeps: 'auditor', refuses: 'approver', why: WATCHES },
]

/** What may be held at once, and had better not be: small teams cannot do without. */
export const DISCOURAGED: readonly {
  readonly roles: readonly [Role, Role]
  readonly why: string
}[] = [
  { roles: ['officer', 'user'], why: 'whoever manages keys can use them, too' },
  { roles: ['administrator', 'approver'], why: 'whoever makes up groups can approve, too' },
]

export function exclusionsIn(roles: readonly Role[]): readonly Exclusion[] {
  return EXCLUSIONS.filter(({ keeps, refuses }) => roles.includes(keeps) && roles.includes(refuses))
}

/** What roles come to: of a pair that excludes itself, one of the two. */
export function rolesInForce(roles: readonly Role[]): readonly Role[] {
  const refused = exclusionsIn(roles).map(({ refuses }) => refuses)
  return refused.length === 0 ? roles : roles.filter((role) => !refused.includes(role))
}

export function assertSeparate(roles: readonly Role[]): void {
  const [first] = exclusionsIn(roles)
  if (first === undefined) return
  throw new KeeperError(
    'invalid-input',
    `nobody is \`${first.keeps}\` and \`${first.refuses}\`: ${first.why}`,
    { details: { roles: [first.keeps, first.refuses] } },
  )
}

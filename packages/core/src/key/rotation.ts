import { DAY_MS, type Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { Key } from './key.ts'
import { placeOf } from './material-place.ts'
import type { RotationSchedule } from './rotation-schedule.ts'

export type { RotationSchedule } from './rotation-schedule.ts'

export const ROTATION_DAYS_MIN = 1
export const ROTATION_DAYS_MAX = 3_650

/**
 * When the keeper is to rotate this key; undefined when it is not, or cannot now. What is suspended or
 * about to be destroyed waits, and is rotated as soon as it may be used again.
 */
export function rotationDueAt(key: Key): Instant | undefined {
  if (key.suspension !== undefined || key.destroyAt !== undefined) return undefined
  if (key.state === 'pre-active' || key.state === 'destroyed') return undefined
  return key.rotation?.nextAt
}

/**
 * The date after a rotation at `at`: a period from the last date, so that it does not drift, or from now
 * where that has passed too. What was missed is not caught up with.
 */
export function afterRotation(
  { periodDays, nextAt }: RotationSchedule,
  at: Instant,
): RotationSchedule {
  const following = nextAt + periodDays * DAY_MS
  return { periodDays, nextAt: following > at ? following : at + periodDays * DAY_MS }
}

export function parseRotationDays(days: number): number {
  if (Number.isSafeInteger(days) && days >= ROTATION_DAYS_MIN && days <= ROTATION_DAYS_MAX) {
    return days
  }
  throw new KeeperError(
    'invalid-input',
    `periodDays must be a whole number of days, ${ROTATION_DAYS_MIN} to ${ROTATION_DAYS_MAX}`,
  )
}

/** Only where the keeper can make the next material by itself. */
export function assertRotatesItself(key: Key): void {
  if (key.origin !== 'imported' && placeOf(key) === undefined) return
  throw new KeeperError(
    'unsupported',
    `the material of key \`${key.name}\` is made elsewhere; rotate it by a call`,
    { details: { origin: key.origin } },
  )
}

import { DAY_MS } from '../clock.ts'

export const CRYPTOPERIOD_DAYS_MIN = 1
export const CRYPTOPERIOD_DAYS_MAX = 36_500

/** Whole days, or no end at all: who asks for that answers for it, no default does. */
export type PeriodDays = number | 'unlimited'

/**
 * How long a version may protect (originator-usage period) and process (recipient-usage period), in days
 * from its activation (SP 800-57 pt1 §5.3.5). A `processDays` of 0 means that the type has no
 * recipient-usage period of its own: nothing is processed with it, so nothing ends.
 */
export interface Cryptoperiod {
  readonly protectDays: PeriodDays
  readonly processDays: PeriodDays
}

/** What table 1 gives a key type: always an end. */
export interface UsualCryptoperiod extends Cryptoperiod {
  readonly protectDays: number
  readonly processDays: number
}

/** The length in milliseconds; infinite where there is no end. */
export function periodMs(days: PeriodDays): number {
  return days === 'unlimited' ? Number.POSITIVE_INFINITY : days * DAY_MS
}

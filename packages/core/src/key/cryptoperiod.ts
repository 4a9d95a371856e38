/**
 * How long a version may protect (originator-usage period) and process (recipient-usage period), in days
 * from its activation (SP 800-57 pt1 §5.3.5). A `processDays` of 0 means that the type has no
 * recipient-usage period of its own: nothing is processed with it, so nothing ends.
 */
export interface Cryptoperiod {
  readonly protectDays: number
  readonly processDays: number
}

export const CRYPTOPERIOD_DAYS_MIN = 1
export const CRYPTOPERIOD_DAYS_MAX = 36_500

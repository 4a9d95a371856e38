import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { Compromise } from './key.ts'

/** Both dates known, in order, and not in the future (SP 800-57 pt1 §5.5.2); `invalid-input` otherwise. */
export function assertCompromise(compromise: Compromise | undefined, at: Instant): Compromise {
  if (compromise === undefined) {
    throw new KeeperError('invalid-input', 'a compromise needs its two dates and a reason')
  }
  const { occurredAt, reportedAt } = compromise
  if (!Number.isSafeInteger(occurredAt) || !Number.isSafeInteger(reportedAt)) {
    throw new KeeperError('invalid-input', 'the dates of a compromise must be whole milliseconds')
  }
  if (occurredAt > reportedAt) {
    throw new KeeperError(
      'invalid-input',
      'a compromise cannot have been reported before it occurred; correct the two dates',
    )
  }
  if (reportedAt > at) {
    throw new KeeperError('invalid-input', 'a compromise cannot be reported in the future')
  }
  return compromise
}

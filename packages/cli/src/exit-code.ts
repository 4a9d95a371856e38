import type { ClavigerErrorCode } from '@claviger/client'

/** Documented in docs/operations/cli.md; scripts rely on them. 69 and 75 are those of sysexits.h. */
export const EXIT_CODES = {
  ok: 0,
  failure: 1,
  usage: 2,
  sealed: 3,
  denied: 4,
  'not-found': 5,
  conflict: 6,
  'approval-pending': 7,
  'verification-failed': 8,
  unavailable: 69,
  'try-again': 75,
} as const

export type ExitReason = keyof typeof EXIT_CODES

/** What each of the keeper's refusals means to a script. */
export const EXIT_REASONS = {
  'invalid-input': 'usage',
  'too-large': 'usage',
  unauthenticated: 'denied',
  denied: 'denied',
  'not-found': 'not-found',
  conflict: 'conflict',
  'precondition-failed': 'conflict',
  'wrong-state': 'conflict',
  'wrong-usage': 'failure',
  'period-over': 'conflict',
  'limit-reached': 'conflict',
  'quota-exceeded': 'conflict',
  'algorithm-disallowed': 'failure',
  'risk-not-acknowledged': 'conflict',
  'authentication-failed': 'verification-failed',
  unsupported: 'failure',
  'not-exportable': 'conflict',
  'wrong-material': 'conflict',
  'dry-run': 'ok',
  'approval-pending': 'approval-pending',
  'would-lock-out': 'conflict',
  sealed: 'sealed',
  'tenant-sealed': 'sealed',
  integrity: 'verification-failed',
  'log-unavailable': 'unavailable',
  'store-unavailable': 'unavailable',
  'custody-unavailable': 'unavailable',
  'self-test-failed': 'unavailable',
  'rate-limited': 'try-again',
  'shutting-down': 'try-again',
  'no-such-route': 'failure',
  'method-not-allowed': 'failure',
  'unsupported-media-type': 'failure',
  'not-acceptable': 'failure',
  internal: 'failure',
  unreachable: 'unavailable',
  'timed-out': 'try-again',
  'unexpected-answer': 'failure',
} as const satisfies Readonly<Record<ClavigerErrorCode, ExitReason>>

export function exitReasonOf(code: ClavigerErrorCode): ExitReason {
  return EXIT_REASONS[code]
}

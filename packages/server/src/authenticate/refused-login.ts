import { type FailedLogin, isKeeperError, KeeperError, type RefusalReason } from '@claviger/core'
import { unauthenticated } from './token-text.ts'

type Refusal = Pick<FailedLogin, 'reason' | 'owner' | 'token'>

/** Beside the errors, not in them: the caller is told the same whatever was the matter. */
const refusals = new WeakMap<object, Refusal>()

/** `unauthenticated`, and for the log alone, why. */
export function refusedLogin(
  reason: RefusalReason,
  whose: Omit<Refusal, 'reason'> = {},
  error: KeeperError = unauthenticated(),
): KeeperError {
  refusals.set(error, { reason, ...whose })
  return error
}

/** What the log is to tell of a refused login. */
export function refusalOf(error: unknown): Refusal {
  if (!isKeeperError(error)) return { reason: 'unknown' }
  const { reason = 'unknown' } = error.details
  return refusals.get(error) ?? { reason: typeof reason === 'string' ? reason : 'unknown' }
}

/** Whether somebody was refused for what they presented; nobody is shut out for an issuer that was down. */
export function isFailure(error: unknown): boolean {
  if (!isKeeperError(error) || error.code !== 'unauthenticated') return false
  return error.details['reason'] !== 'issuer-unreachable'
}

/** Of what is public, or proven: its end may be told. */
export function expired(whose: Omit<Refusal, 'reason'>): KeeperError {
  const error = new KeeperError(
    'unauthenticated',
    'the credential has expired; ask for a new one',
    { details: { expired: true } },
  )
  return refusedLogin('expired', whose, error)
}

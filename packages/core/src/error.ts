/**
 * The one error of the domain. Every protocol maps every code (`satisfies Record<ErrorCode, …>`), so a
 * new code breaks each protocol at compile time until it is mapped.
 */
export const ERROR_CODES = [
  'invalid-input',
  'too-large',
  'unauthenticated',
  'denied',
  'not-found',
  'conflict',
  'precondition-failed',
  'wrong-state',
  'wrong-usage',
  'period-over',
  'limit-reached',
  'quota-exceeded',
  'algorithm-disallowed',
  'risk-not-acknowledged',
  'authentication-failed',
  'unsupported',
  'not-exportable',
  'wrong-material',
  'dry-run',
  'approval-pending',
  'would-lock-out',
  'sealed',
  'tenant-sealed',
  'integrity',
  'log-unavailable',
  'store-unavailable',
  'custody-unavailable',
  'self-test-failed',
  'rate-limited',
  'shutting-down',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** Values that are safe to show to the caller: never a secret, never an internal path. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface KeeperErrorOptions {
  readonly details?: ErrorDetails
  /** For the operator's log only; never leaves the process. */
  readonly cause?: unknown
}

export class KeeperError extends Error {
  override readonly name = 'KeeperError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  /** @param message lower case, one line, what to do next; shown to the caller as it is */
  constructor(code: ErrorCode, message: string, options: KeeperErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

export function isKeeperError(error: unknown): error is KeeperError {
  return error instanceof KeeperError
}

/**
 * Every failed decryption, unwrap, verification of a tag or of a signature ends here, so that all of
 * them look alike to the caller (no padding, tag or format oracle).
 */
export function authenticationFailed(cause?: unknown): KeeperError {
  return new KeeperError(
    'authentication-failed',
    'the input does not authenticate under this key',
    {
      cause,
    },
  )
}

/** The people of the tenant have not opened its keys, or have closed them. */
export function tenantSealed(): KeeperError {
  return new KeeperError(
    'tenant-sealed',
    'the tenant is sealed by its own people; one of them unseals it by its passphrase',
  )
}

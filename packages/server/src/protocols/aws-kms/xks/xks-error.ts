import type { ErrorCode, KeeperError } from '@claviger/core'

/** Every error of the specification (1.0.3, "Error Codes") with its status. */
export const XKS_STATUSES = {
  ValidationException: 400,
  InvalidStateException: 400,
  InvalidCiphertextException: 400,
  InvalidKeyUsageException: 400,
  AuthenticationFailedException: 401,
  AccessDeniedException: 403,
  KeyNotFoundException: 404,
  InvalidUriPathException: 404,
  ThrottlingException: 429,
  InternalException: 500,
  UnsupportedOperationException: 501,
  DependencyTimeoutException: 503,
} as const

export type XksErrorName = keyof typeof XKS_STATUSES

/** "less than 512 characters", and printable ASCII only. */
const MESSAGE_LENGTH_MAX = 511

/** A refusal in the words of the External Key Store Proxy API. */
export class XksError extends Error {
  override readonly name = 'XksError'
  readonly errorName: XksErrorName

  constructor(errorName: XksErrorName, message: string) {
    super(message)
    this.errorName = errorName
  }

  get status(): number {
    return XKS_STATUSES[this.errorName]
  }

  get body(): string {
    const errorMessage = this.message.replace(/[^\x20-\x7e]/g, '?').slice(0, MESSAGE_LENGTH_MAX)
    return JSON.stringify({ errorName: this.errorName, errorMessage })
  }
}

export const xksValidation = (message: string): XksError =>
  new XksError('ValidationException', message)

/** What each of the domain's refusals is called here; a new code does not compile until it is. */
const ERROR_NAMES = {
  'invalid-input': 'ValidationException',
  'too-large': 'UnsupportedOperationException',
  unauthenticated: 'AuthenticationFailedException',
  denied: 'AccessDeniedException',
  'not-found': 'KeyNotFoundException',
  // Somebody changed the key at that moment: asking again helps.
  conflict: 'DependencyTimeoutException',
  'precondition-failed': 'InternalException',
  'wrong-state': 'InvalidStateException',
  'wrong-usage': 'InvalidKeyUsageException',
  'wrong-material': 'InvalidStateException',
  'dry-run': 'InternalException',
  'approval-pending': 'AccessDeniedException',
  'would-lock-out': 'InternalException',
  'period-over': 'InvalidStateException',
  'limit-reached': 'InvalidStateException',
  'quota-exceeded': 'InvalidStateException',
  'algorithm-disallowed': 'InvalidKeyUsageException',
  'risk-not-acknowledged': 'InvalidStateException',
  'authentication-failed': 'InvalidCiphertextException',
  unsupported: 'InvalidKeyUsageException',
  'not-exportable': 'InvalidKeyUsageException',
  sealed: 'InternalException',
  'tenant-sealed': 'InternalException',
  integrity: 'InternalException',
  'log-unavailable': 'InternalException',
  'store-unavailable': 'InternalException',
  'custody-unavailable': 'DependencyTimeoutException',
  'self-test-failed': 'InternalException',
  'rate-limited': 'ThrottlingException',
  'shutting-down': 'DependencyTimeoutException',
} as const satisfies Readonly<Record<ErrorCode, XksErrorName>>

export function xksErrorOf({ code, message }: Pick<KeeperError, 'code' | 'message'>): XksError {
  return new XksError(ERROR_NAMES[code], message)
}

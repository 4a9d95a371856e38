import { type ErrorCode, isKeeperError } from '@claviger/core'
import { SigV4Error, type SigV4ErrorCode } from '@claviger/sigv4'
import { AwsError } from './error.ts'

/** An error as it is answered. */
export interface AwsException {
  /** `__type` */
  readonly type: string
  readonly status: number
  readonly message: string
}

type Named = Pick<AwsException, 'type' | 'status'>

const refused = (type: string): Named => ({ type, status: 400 })
/** The SDKs try again on 500 and 503, and on `ThrottlingException`. */
const unavailable = (type: string): Named => ({ type, status: 503 })
const INTERNAL: Named = { type: 'KMSInternalException', status: 500 }

/**
 * The domain's codes in AWS's words, where an action has not found better ones. What passes by itself or by
 * the operator's doing is retryable: sealed, log, store and custody. What will not is final.
 */
const EXCEPTIONS = {
  'invalid-input': refused('ValidationException'),
  'too-large': refused('ValidationException'),
  unauthenticated: refused('UnrecognizedClientException'),
  denied: refused('AccessDeniedException'),
  'not-found': refused('NotFoundException'),
  conflict: refused('ConflictException'),
  'precondition-failed': refused('ConflictException'),
  'wrong-state': refused('KMSInvalidStateException'),
  'wrong-usage': refused('InvalidKeyUsageException'),
  'period-over': refused('KMSInvalidStateException'),
  'limit-reached': refused('LimitExceededException'),
  'quota-exceeded': refused('LimitExceededException'),
  'algorithm-disallowed': refused('UnsupportedOperationException'),
  'risk-not-acknowledged': refused('KMSInvalidStateException'),
  'authentication-failed': refused('InvalidCiphertextException'),
  unsupported: refused('UnsupportedOperationException'),
  'not-exportable': refused('UnsupportedOperationException'),
  'wrong-material': refused('IncorrectKeyMaterialException'),
  'dry-run': { type: 'DryRunOperationException', status: 412 },
  // Not one that the SDKs repeat by themselves: it passes when people have agreed.
  'approval-pending': refused('AccessDeniedException'),
  'would-lock-out': refused('ConflictException'),
  sealed: unavailable('KeyUnavailableException'),
  'tenant-sealed': unavailable('KeyUnavailableException'),
  integrity: INTERNAL,
  'log-unavailable': unavailable('DependencyTimeoutException'),
  'store-unavailable': unavailable('DependencyTimeoutException'),
  'custody-unavailable': unavailable('KeyUnavailableException'),
  'self-test-failed': INTERNAL,
  'rate-limited': refused('ThrottlingException'),
  'shutting-down': unavailable('DependencyTimeoutException'),
} as const satisfies Readonly<Record<ErrorCode, Named>>

/** What AWS's front end says of signatures. */
const SIGNATURE_EXCEPTIONS = {
  missing: refused('MissingAuthenticationTokenException'),
  incomplete: refused('IncompleteSignatureException'),
  'out-of-scope': refused('InvalidSignatureException'),
  'not-current': refused('InvalidSignatureException'),
  mismatch: refused('InvalidSignatureException'),
} as const satisfies Readonly<Record<SigV4ErrorCode, Named>>

const UNKNOWN_CLIENT = 'The security token included in the request is invalid.'
const EXPIRED_TOKEN: AwsException = {
  ...refused('ExpiredTokenException'),
  message: 'The security token included in the request is expired',
}

/** What a caller is told; anything unforeseen is reported and stays opaque. */
export function exceptionOf(error: unknown, report: (error: unknown) => string): AwsException {
  if (error instanceof AwsError) {
    return { type: error.exception, status: error.status, message: error.message }
  }
  if (error instanceof SigV4Error) {
    return { ...SIGNATURE_EXCEPTIONS[error.code], message: error.message }
  }
  if (isKeeperError(error)) {
    const { code, details, message } = error
    if (code === 'unauthenticated') {
      if (details['expired'] === true) return EXPIRED_TOKEN
      return { ...EXCEPTIONS[code], message: UNKNOWN_CLIENT }
    }
    return { ...EXCEPTIONS[code], message }
  }
  const incident = report(error)
  const message = `The request was rejected because an internal exception occurred. Give the operator the incident id ${incident}. The request can be retried.`
  return { ...INTERNAL, message }
}

import { type ErrorCode, type ErrorDetails, KeeperError } from '@claviger/core'

/** An answer in AWS's own words: the `__type` that the SDKs turn into a class of that name. */
export class AwsError extends KeeperError {
  readonly exception: string
  readonly status: number

  constructor(exception: string, message: string, { status = 400, code = codeOf(exception) } = {}) {
    const details: ErrorDetails = { exception }
    super(code, message, { details })
    this.exception = exception
    this.status = status
  }
}

/**
 * A call that names a key or an alias that is not there. Nothing has been asked or recorded yet: `perform`
 * does both, and lets this be heard by whoever may do the thing at all.
 */
export class UnresolvedError extends AwsError {
  /** The ARN it would have. */
  readonly resource: string

  constructor(resource: string, message: string, exception = 'NotFoundException') {
    super(exception, message)
    this.resource = resource
  }
}

/** What the domain would call it, for the log's entry. */
function codeOf(exception: string): ErrorCode {
  if (exception === 'AccessDeniedException') return 'denied'
  if (exception.endsWith('NotFoundException')) return 'not-found'
  if (exception === 'AlreadyExistsException' || exception === 'ConflictException') return 'conflict'
  if (exception === 'LimitExceededException') return 'limit-reached'
  if (/State|Disabled/.test(exception)) return 'wrong-state'
  if (exception === 'UnsupportedOperationException') return 'unsupported'
  return 'invalid-input'
}

export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message)
export const notFound = (message: string): AwsError => new AwsError('NotFoundException', message)

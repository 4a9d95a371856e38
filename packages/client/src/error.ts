/** What the keeper says went wrong; the codes of its domain and of its transport. */
export const KEEPER_ERROR_CODES = [
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
  'no-such-route',
  'method-not-allowed',
  'unsupported-media-type',
  'not-acceptable',
  'internal',
] as const

/** What went wrong on the way: no answer, none in time, or one that is not the keeper's. */
export const CLIENT_ERROR_CODES = ['unreachable', 'timed-out', 'unexpected-answer'] as const

export type ClavigerErrorCode =
  | (typeof KEEPER_ERROR_CODES)[number]
  | (typeof CLIENT_ERROR_CODES)[number]

/** Values to act on, as the keeper gave them. */
export type ClavigerErrorDetails = Readonly<
  Record<string, string | number | boolean | readonly string[]>
>

export interface ClavigerErrorOptions {
  readonly status?: number | undefined
  readonly details?: ClavigerErrorDetails | undefined
  readonly incident?: string | undefined
  readonly entry?: number | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly cause?: unknown
}

/** The only error this package throws for what the keeper or the network did. */
export class ClavigerError extends Error {
  override readonly name = 'ClavigerError'
  readonly code: ClavigerErrorCode
  /** HTTP status; absent where there was no answer. */
  readonly status: number | undefined
  readonly details: ClavigerErrorDetails
  /** Names an internal error to the operator, who has the cause. */
  readonly incident: string | undefined
  /** Index of the audit entry that tells of the refusal. */
  readonly entry: number | undefined
  /** How long the keeper asks to wait before another attempt. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: ClavigerErrorCode, message: string, options: ClavigerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = options.status
    this.details = options.details ?? {}
    this.incident = options.incident
    this.entry = options.entry
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

export function isClavigerError(error: unknown): error is ClavigerError {
  return error instanceof ClavigerError
}

/** The problem (RFC 9457) in an answer or in a batch, as an error. */
export function errorOfProblem(
  problem: unknown,
  status: number,
  headers: { readonly entry?: number | undefined; readonly retryAfterSeconds?: number | undefined },
): ClavigerError {
  const members = isRecord(problem) ? problem : {}
  const code = KEEPER_ERROR_CODES.find((known) => known === members['code'])
  if (code === undefined) {
    return new ClavigerError(
      'unexpected-answer',
      `the answer is not the keeper's (HTTP ${status})`,
      {
        status,
        ...headers,
      },
    )
  }
  const { detail, details, incident, entry } = members
  return new ClavigerError(code, typeof detail === 'string' ? detail : code, {
    status,
    ...headers,
    ...(typeof entry === 'number' && { entry }),
    ...(isRecord(details) && { details: details as ClavigerErrorDetails }),
    ...(typeof incident === 'string' && { incident }),
  })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

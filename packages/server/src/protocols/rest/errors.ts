import type { ErrorCode } from '@claviger/core'

/** What can go wrong before the domain hears of a call, or behind its back. */
const TRANSPORT_CODES = [
  'no-such-route',
  'method-not-allowed',
  'unsupported-media-type',
  'not-acceptable',
  'internal',
] as const
export type ProblemCode = ErrorCode | (typeof TRANSPORT_CODES)[number]

/** How a code looks on the wire (RFC 9457 §3.1). */
export interface WireError {
  readonly status: number
  readonly title: string
  /** Seconds after which trying again may help (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds?: number
}

/** Every code of the domain and of the transport; a new code does not compile until it is here. */
export const WIRE_ERRORS = {
  'invalid-input': { status: 400, title: 'The request is not valid' },
  'too-large': { status: 413, title: 'The request is too large' },
  unauthenticated: { status: 401, title: 'No valid credential' },
  denied: { status: 403, title: 'No policy allows this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'The request conflicts with what is there' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'wrong-state': { status: 409, title: 'Its state does not allow this' },
  'wrong-usage': { status: 422, title: 'The key is not for this use' },
  'period-over': { status: 409, title: 'Its cryptoperiod is over' },
  'limit-reached': { status: 409, title: 'A limit is reached' },
  'quota-exceeded': { status: 409, title: 'The tenant may have no more' },
  'algorithm-disallowed': { status: 422, title: 'The algorithm is not allowed' },
  'risk-not-acknowledged': { status: 409, title: 'The risk must be acknowledged' },
  'authentication-failed': { status: 422, title: 'The input does not authenticate' },
  unsupported: { status: 422, title: 'This is not supported' },
  'not-exportable': { status: 409, title: 'The key cannot be exported' },
  'wrong-material': { status: 409, title: 'The material is not that of the key' },
  // RFC 9110 §15.5.13 has no status for "it would have": nothing was done, so it is not a success either.
  'dry-run': { status: 412, title: 'It would have succeeded' },
  'approval-pending': { status: 403, title: 'It needs an approval' },
  'would-lock-out': { status: 409, title: 'Nobody could govern the tenant' },
  sealed: { status: 503, title: 'The keeper is sealed' },
  'tenant-sealed': { status: 503, title: 'The tenant is sealed by its own people' },
  integrity: { status: 500, title: 'A stored record does not authenticate' },
  'log-unavailable': { status: 503, title: 'The audit log does not accept', retryAfterSeconds: 5 },
  'store-unavailable': { status: 503, title: 'The store is unavailable', retryAfterSeconds: 5 },
  'custody-unavailable': {
    status: 503,
    title: 'Whoever keeps the key does not answer',
    retryAfterSeconds: 1,
  },
  'self-test-failed': { status: 503, title: 'A self-test failed' },
  'rate-limited': { status: 429, title: 'Too many attempts', retryAfterSeconds: 30 },
  'shutting-down': { status: 503, title: 'The keeper is shutting down', retryAfterSeconds: 1 },
  'no-such-route': { status: 404, title: 'There is no such route' },
  'method-not-allowed': { status: 405, title: 'The route has other methods' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'not-acceptable': { status: 406, title: 'No such representation' },
  internal: { status: 500, title: 'An internal error' },
} as const satisfies Readonly<Record<ProblemCode, WireError>>

export const PROBLEM_CODES = Object.keys(WIRE_ERRORS) as readonly ProblemCode[]

export function wireError(code: ProblemCode): WireError {
  return WIRE_ERRORS[code]
}

export function problemType(code: ProblemCode): string {
  return `urn:claviger:error:${code}`
}

import { type ErrorDetails, isKeeperError, refusalEntry } from '@claviger/core'
import { type ProblemCode, problemType, type WireError, wireError } from './errors.ts'
import { toWire } from './wire-time.ts'

/** A refusal by the transport itself, before the keeper is asked. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: ProblemCode
  readonly headers: readonly string[]

  constructor(code: ProblemCode, message: string, headers: readonly string[] = []) {
    super(message)
    this.code = code
    this.headers = headers
  }
}

/** An error as it is answered. */
export interface ProblemAnswer {
  readonly code: ProblemCode
  readonly status: number
  /** `application/problem+json`. */
  readonly body: string
  /** Flat pairs beside those every answer has. */
  readonly headers: readonly string[]
}

/** RFC 6750 §3: no error attribute, which would tell a token that is unknown from one that is revoked. */
const CHALLENGE = ['WWW-Authenticate', 'Bearer realm="claviger"']

/**
 * What a caller is told; anything that is not the domain's own error is reported and stays opaque.
 *
 * @param entryOfItem the entry of the call, where the error is that of its only item
 */
export function problemOf(
  error: unknown,
  report: (error: unknown) => string,
  entryOfItem?: number,
): ProblemAnswer {
  if (isKeeperError(error)) {
    const entry = entryOfItem ?? refusalEntry(error)
    const { code, message, details } = error
    return answer(code, message, { details, ...(entry !== undefined && { entry }) })
  }
  if (error instanceof TransportError) {
    return answer(error.code, error.message, {}, error.headers)
  }
  const incident = report(error)
  const detail = 'something went wrong inside; give the operator the incident id'
  return answer('internal', detail, { incident })
}

interface ProblemMembers {
  readonly details?: ErrorDetails
  readonly entry?: number
  readonly incident?: string
}

/** The members of a problem, also for an item of a batch. */
export function problemMembers(
  code: ProblemCode,
  detail: string,
  { details, ...more }: ProblemMembers,
): Readonly<Record<string, unknown>> {
  const { status, title } = wireError(code)
  const told = details !== undefined && Object.keys(details).length > 0
  return {
    type: problemType(code),
    title,
    status,
    code,
    detail,
    ...(told && { details: toWire(details) }),
    ...more,
  }
}

function answer(
  code: ProblemCode,
  detail: string,
  members: ProblemMembers,
  more: readonly string[] = [],
): ProblemAnswer {
  const wire: WireError = wireError(code)
  const headers = [...more]
  if (code === 'unauthenticated') headers.push(...CHALLENGE)
  if (wire.retryAfterSeconds !== undefined) {
    headers.push('Retry-After', String(wire.retryAfterSeconds))
  }
  if (members.entry !== undefined) headers.push('Claviger-Entry', String(members.entry))
  const body = JSON.stringify(problemMembers(code, detail, members))
  return { code, status: wire.status, body, headers }
}

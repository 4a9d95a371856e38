import type { Socket } from 'node:net'
import type { SignatureAuthenticator } from '../protocol.ts'
import type { AwsOperationPorts } from './call.ts'

/** Told of every answer. Labels are few and fixed: actions and exception names. */
export interface AwsMeter {
  /** @param code `ok`, or the exception's name */
  observe(operation: string, code: string, durationMs: number): void
}

/** What this protocol needs of the world; the composition root provides it. */
export interface AwsServerPorts {
  readonly operations: AwsOperationPorts
  readonly authenticate: SignatureAuthenticator
  /** The account that the tenants of this keeper are seen as. */
  readonly account: string
  /** The regions that requests may be signed for; every well-formed name when absent. */
  readonly regions?: readonly string[]
  /** Address of the peer, without the port. */
  readonly peerOf: (socket: Socket) => string
  readonly meter: AwsMeter
  /** Milliseconds on a clock that only goes forward. */
  readonly elapsedMs: () => number
  /** Tells the operator of an internal error and returns its incident id. */
  readonly report: (error: unknown) => string
  /** A fresh UUID. */
  readonly requestId: () => string
}

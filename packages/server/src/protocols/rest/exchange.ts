import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import {
  isKeeperError,
  KeeperError,
  type MaybePromise,
  type PrincipalId,
  type RequestContext,
  type Session,
  SYSTEM_TENANT,
} from '@claviger/core'
import type { Credentials } from '../protocol.ts'
import type { ProblemCode } from './errors.ts'
import type { RestOptions } from './ports.ts'
import { problemOf } from './problem.ts'

const REQUEST_ID = /^[\x20-\x7e]{1,128}$/
const REASON = /^[\x20-\x7e]{1,512}$/
const SCHEME = 'bearer '
const LEFT_UNREAD_BYTES_MAX = 64 * 1024

/** What is worked out once for each connection, so that a request on it allocates none of it. */
interface Connection {
  readonly context: RequestContext
  authorization: string | undefined
  credentials: Credentials
}

/** For the calls whose credential is in the body: a share, a passphrase. */
export const ANONYMOUS: Session = Object.freeze({
  tenant: SYSTEM_TENANT,
  principal: 'anonymous' as PrincipalId,
  name: 'anonymous',
  roles: [],
  authentication: 'anonymous',
  scope: {},
  expiresAt: Number.POSITIVE_INFINITY,
})

/** What every route does alike: who calls, from where, and how refusals are answered. */
export class Exchange {
  readonly #options: RestOptions
  readonly #connections = new WeakMap<Socket, Connection>()

  constructor(options: RestOptions) {
    this.#options = options
  }

  /** The caller's session, synchronously when the authenticator has it. */
  session(request: IncomingMessage): MaybePromise<Session> {
    try {
      const session = this.#options.authenticate(this.#credentials(request))
      if (session instanceof Promise) return session.catch((error: unknown) => this.#sealed(error))
      return session
    } catch (error) {
      return this.#sealed(error)
    }
  }

  /** What the log and policies are told of a call. */
  context(request: IncomingMessage): RequestContext {
    const { context } = this.#connection(request.socket)
    const { 'claviger-request-id': requestId, 'claviger-reason': reason } = request.headers
    if (requestId === undefined && reason === undefined) return context
    return {
      ...context,
      ...(requestId !== undefined && { requestId: printable(requestId, REQUEST_ID, ID_RULE) }),
      ...(reason !== undefined && { reason: printable(reason, REASON, REASON_RULE) }),
    }
  }

  /** Answers with a problem, whatever was thrown; returns its code. */
  refuse(response: ServerResponse, error: unknown, entry?: number): ProblemCode {
    const { code, status, body, headers } = problemOf(error, this.#options.report, entry)
    if (response.headersSent) {
      response.destroy()
      return code
    }
    const bytes = Buffer.from(body)
    response.writeHead(status, [
      'Content-Type',
      'application/problem+json',
      'Content-Length',
      String(bytes.length),
      'Cache-Control',
      'no-store',
      ...headers,
      ...(isWorthReading(response.req) ? [] : ['Connection', 'close']),
    ])
    response.req.resume()
    response.end(response.req.method === 'HEAD' ? undefined : bytes)
    return code
  }

  /** Nobody's token can be checked while sealed: say that rather than that it is unknown. */
  #sealed(error: unknown): never {
    const unknown = isKeeperError(error) && error.code === 'unauthenticated'
    if (unknown && this.#options.sealStatus().sealed) {
      throw new KeeperError('sealed', 'the keeper is sealed; unseal it first')
    }
    throw error
  }

  #credentials(request: IncomingMessage): Credentials {
    const connection = this.#connection(request.socket)
    const { authorization } = request.headers
    if (authorization !== connection.authorization) {
      const token = authorization === undefined ? undefined : tokenOf(authorization)
      connection.credentials = { ...connection.credentials, token }
      connection.authorization = authorization
    }
    return connection.credentials
  }

  #connection(socket: Socket): Connection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const { address, certificate } = this.#options.peerOf(socket)
    const connection = {
      context: Object.freeze({ protocol: 'rest', peer: address }),
      authorization: undefined,
      credentials: { token: undefined, certificate, peer: address },
    }
    this.#connections.set(socket, connection)
    return connection
  }
}

const ID_RULE = 'a request id has 1 to 128 printable characters'
const REASON_RULE = 'a reason has 1 to 512 printable characters'

function printable(header: string | string[], form: RegExp, rule: string): string {
  if (typeof header === 'string' && form.test(header)) return header
  throw new KeeperError('invalid-input', rule)
}

/** Whether what is left of a request is so little that its connection is kept for the next one. */
function isWorthReading({ complete, headers }: IncomingMessage): boolean {
  if (complete) return true
  if (headers['transfer-encoding'] !== undefined) return false
  return Number(headers['content-length'] ?? 0) <= LEFT_UNREAD_BYTES_MAX
}

/** RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1). */
function tokenOf(authorization: string): string {
  if (authorization.slice(0, SCHEME.length).toLowerCase() === SCHEME)
    return authorization.slice(SCHEME.length)
  throw new KeeperError('unauthenticated', 'the credential must be a bearer token')
}

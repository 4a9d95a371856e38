import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { OpenConnections } from './open-connections.ts'
import type { TlsMaterial } from './tls-files.ts'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface ListenOptions {
  readonly address: string
  readonly port: number
  readonly tls: TlsMaterial
  readonly connectionsMax: number
  readonly handle: RequestHandler
  /** Told of a failure to accept a connection; the listener goes on. */
  readonly report?: (error: Error) => void
  readonly limits?: Partial<ListenLimits>
}

/** How long a peer may take; in milliseconds. */
export interface ListenLimits {
  readonly handshakeMs: number
  readonly headersMs: number
  /** From the first byte of a request to the last of its body. */
  readonly requestMs: number
  readonly keepAliveMs: number
  /** What is under way when the listener drains may go on for so long. */
  readonly drainMs: number
}

const LIMITS: ListenLimits = {
  handshakeMs: 10_000,
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 65_000,
  drainMs: 10_000,
}

/**
 * The first group is hybrid: what is recorded today must not open to a quantum computer later. The slash
 * sets it before all others: a peer that knows it but guessed another is asked again (RFC 8446 §4.1.4).
 */
const GROUPS = 'X25519MLKEM768/X25519:P-256:P-384'
const HEADER_BYTES_MAX = 16 * 1024
/** Node looks for slow requests this often; its default of 30 s would make the limits meaningless. */
const CHECKS_PER_LIMIT = 5

/** A started listener. Knows no protocol. */
export class HttpsListener {
  readonly #server: Server
  readonly #connections: OpenConnections
  readonly #drainMs: number

  private constructor(server: Server, connections: OpenConnections, drainMs: number) {
    this.#server = server
    this.#connections = connections
    this.#drainMs = drainMs
  }

  /** Listens, or throws an Error that says in one line why it cannot. */
  static async start(options: ListenOptions): Promise<HttpsListener> {
    const limits = { ...LIMITS, ...options.limits }
    const server = makeServer(options, limits)
    const connections = new OpenConnections(server)
    server.on('request', (request, response) => {
      connections.begin(request, response)
      options.handle(request, response)
    })
    await new Promise<void>((resolve, reject) => {
      const refuse = (error: Error): void =>
        reject(new Error(listenFailure(error, options), { cause: error }))
      server.once('error', refuse)
      server.listen(options.port, options.address, () => {
        server.off('error', refuse)
        // A connection that cannot be accepted is no reason to end the process.
        server.on('error', options.report ?? (() => {}))
        resolve()
      })
    })
    return new HttpsListener(server, connections, limits.drainMs)
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Takes nothing new, lets what is under way finish, and gives up on the rest after a while. */
  async drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#connections.drain()
    const timer = setTimeout(() => this.#connections.destroy(), this.#drainMs)
    await closed
    clearTimeout(timer)
  }
}

function makeServer(
  { tls, connectionsMax }: ListenOptions,
  { handshakeMs, headersMs, requestMs, keepAliveMs }: ListenLimits,
): Server {
  let server: Server
  try {
    server = createServer({
      cert: tls.certificate,
      key: tls.key,
      minVersion: 'TLSv1.2',
      ecdhCurve: GROUPS,
      honorCipherOrder: true,
      // Certificates are matched by the fingerprints that principals are bound to, not by a CA.
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMs,
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: Math.ceil(headersMs / CHECKS_PER_LIMIT),
      noDelay: true,
    })
  } catch (error) {
    throw new Error('the TLS certificate and key cannot be used; check that they go together', {
      cause: error,
    })
  }
  server.headersTimeout = headersMs
  server.requestTimeout = requestMs
  server.keepAliveTimeout = keepAliveMs
  server.maxConnections = connectionsMax
  return server
}

function listenFailure(error: Error, { address, port }: ListenOptions): string {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken; stop what uses it or choose another port`
  if (code === 'EACCES') return `no permission to listen on port ${port}; choose one above 1023`
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine`
  return `cannot listen on ${address}:${port}: ${error.message}`
}

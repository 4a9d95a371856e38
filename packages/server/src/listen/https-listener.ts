import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { TlsMaterial } from './tls-files.ts'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void

export interface ListenOptions {
  readonly address: string
  readonly port: number
  readonly tls: TlsMaterial
  readonly connectionsMax: number
  readonly handle: RequestHandler
}

/** The first group is hybrid: what is recorded today must not open to a quantum computer later. */
const GROUPS = 'X25519MLKEM768:X25519:P-256:P-384'
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
const KEEP_ALIVE_TIMEOUT_MS = 65_000
const HEADER_BYTES_MAX = 16 * 1024
const DRAIN_MS = 10_000

/** A started listener. Knows no protocol. */
export class HttpsListener {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens, or throws an Error that says in one line why it cannot. */
  static async start(options: ListenOptions): Promise<HttpsListener> {
    const server = createServer(
      {
        cert: options.tls.certificate,
        key: options.tls.key,
        minVersion: 'TLSv1.2',
        ecdhCurve: GROUPS,
        honorCipherOrder: true,
        // Certificates are matched by the fingerprints that principals are bound to, not by a CA.
        requestCert: true,
        rejectUnauthorized: false,
        maxHeaderSize: HEADER_BYTES_MAX,
        noDelay: true,
      },
      options.handle,
    )
    server.headersTimeout = HEADERS_TIMEOUT_MS
    server.requestTimeout = REQUEST_TIMEOUT_MS
    server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS
    server.maxConnections = options.connectionsMax
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(new Error(listenFailure(error, options), { cause: error })),
      )
      server.listen(options.port, options.address, resolve)
    })
    return new HttpsListener(server)
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Takes nothing new, lets what is under way finish, and gives up on the rest after a while. */
  async drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    const timer = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS)
    await closed
    clearTimeout(timer)
  }
}

function listenFailure(error: Error, { address, port }: ListenOptions): string {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken; stop what uses it or choose another port`
  if (code === 'EACCES') return `no permission to listen on port ${port}; choose one above 1023`
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine`
  return `cannot listen on ${address}:${port}: ${error.message}`
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { DEFAULT_TENANT, KeeperError, type Session, type TokenScope } from '@claviger/core'
import { Exchange } from './exchange.ts'
import { answerHealth } from './health.ts'
import { DataServer } from './hot/data-server.ts'
import type { ManagementServer } from './management/management-server.ts'
import type { Description } from './description/description.ts'
import type { RestOptions } from './ports.ts'
import { TransportError } from './problem.ts'

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
/** Who may read metrics when they are not open to all. */
const METRICS_ROLES: readonly string[] = ['auditor', 'operator']

/** Sends each request where it is served: the data operations first, by the cheapest of looks. */
export class RestServer {
  readonly #options: RestOptions
  readonly #exchange: Exchange
  readonly #data: DataServer
  #management: Promise<ManagementServer> | undefined
  #description: Promise<Description> | undefined

  constructor(options: RestOptions) {
    this.#options = options
    this.#exchange = new Exchange(options)
    this.#data = new DataServer(options, this.#exchange)
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.#data.take(request, response)) return
    const path = (request.url ?? '').split('?', 1)[0] as string
    switch (path) {
      case '/health':
      case '/health/live':
      case '/health/ready':
        if (this.#isRead(request, response)) answerHealth(path, this.#options, response)
        return
      case '/metrics':
        if (this.#isRead(request, response)) this.#answerMetrics(request, response)
        return
      case '/openapi.json':
      case '/docs':
      case '/docs/style.css':
        if (!this.#isRead(request, response)) return
        this.#describe().then(
          (description) => description.answer(path, response),
          (error: unknown) => this.#exchange.refuse(response, error),
        )
        return
      default:
        this.#manage().then(
          (management) => management.handle(request, response),
          (error: unknown) => this.#exchange.refuse(response, error),
        )
    }
  }

  async warm(): Promise<void> {
    await this.#manage()
  }

  async close(): Promise<void> {
    const management = await this.#management?.catch(() => undefined)
    await management?.close()
  }

  #manage(): Promise<ManagementServer> {
    this.#management ??= import('./management/management-server.ts').then((loaded) =>
      new loaded.ManagementServer(this.#options, this.#exchange).ready(),
    )
    // What failed for want of descriptors, say, is tried again by the next request.
    this.#management.catch(() => (this.#management = undefined))
    return this.#management
  }

  #describe(): Promise<Description> {
    this.#description ??= import('./description/description.ts').then(
      (loaded) => new loaded.Description(this.#options.version),
    )
    this.#description.catch(() => (this.#description = undefined))
    return this.#description
  }

  #isRead(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method === 'GET' || request.method === 'HEAD') return true
    const allow = ['Allow', 'GET, HEAD']
    this.#exchange.refuse(response, new TransportError('method-not-allowed', 'use GET', allow))
    return false
  }

  #answerMetrics(request: IncomingMessage, response: ServerResponse): void {
    const write = (): void => {
      const text = this.#options.exposition()
      response.writeHead(200, [
        'Content-Type',
        OPEN_METRICS,
        'Content-Length',
        String(Buffer.byteLength(text)),
        'Cache-Control',
        'no-store',
      ])
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    if (this.#options.metricsOpen) {
      write()
      return
    }
    this.#reader(request).then(write, (error: unknown) => this.#exchange.refuse(response, error))
  }

  async #reader(request: IncomingMessage): Promise<Session> {
    const session = await this.#exchange.session(request)
    const { tenant, roles, scope } = session
    // They count what everybody does.
    if (
      tenant === DEFAULT_TENANT &&
      roles.some((role) => METRICS_ROLES.includes(role)) &&
      reachesMetrics(scope)
    )
      return session
    throw new KeeperError('denied', 'metrics are for the roles auditor and operator')
  }
}

/** Metrics tell of all keys and of the log: a token that was narrowed must have been left the log. */
function reachesMetrics({ actions, keys }: TokenScope): boolean {
  if (keys !== undefined) return false
  return (
    actions === undefined || actions.includes('audit.*') || actions.includes('audit.checkpoint')
  )
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import fastify, { type FastifyInstance } from 'fastify'
import type { Session } from '@claviger/core'
import { DATA_ROUTES } from '../data-routes.ts'
import type { ProblemCode } from '../errors.ts'
import { ANONYMOUS, type Exchange } from '../exchange.ts'
import { parseJsonObject } from '../json.ts'
import type { RestOptions } from '../ports.ts'
import { TransportError } from '../problem.ts'
import type { Route } from '../route.ts'
import { MANAGEMENT_ROUTES } from '../routes.ts'
import { accessHandlers } from './access.ts'
import { approvalHandlers } from './approvals.ts'
import { emergencyHandlers } from './emergencies.ts'
import { keyHandlers } from './keys.ts'
import { objectHandlers } from './objects.ts'
import { operatorHandlers } from './operator.ts'
import { tenantHandlers } from './tenants.ts'
import { type AnyHandler, type ServedRoute, serveRoute, sessionOf } from './serve-route.ts'

/** A reference in a path may be percent-encoded throughout: three characters for each. */
const PARAMETER_LENGTH_MAX = 3 * 128
/** Where anybody may call, nobody needs more: a share, a passphrase, who is there from the start. */
const OPEN_BODY_BYTES_MAX = 64 * 1024

/**
 * Everything but the data operations. Loaded on the first request that needs it, because what it is built
 * on takes longer to load than all the rest of the keeper.
 */
export class ManagementServer {
  readonly #options: RestOptions
  readonly #exchange: Exchange
  readonly #app: FastifyInstance
  readonly #started = new WeakMap<ServerResponse, number>()

  constructor(options: RestOptions, exchange: Exchange) {
    this.#options = options
    this.#exchange = exchange
    this.#app = fastify({
      logger: false,
      bodyLimit: options.limits.bodyBytesMax,
      routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
      requestIdHeader: false,
      frameworkErrors: (error, _request, reply) => this.#refuse(reply.raw, error, 'unmatched'),
    })
  }

  async ready(): Promise<this> {
    const app = this.#app
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i,
      { parseAs: 'buffer' },
      (_request, body, done) => {
        try {
          done(null, parseJsonObject(body as Buffer))
        } catch (error) {
          done(error as Error)
        }
      },
    )
    app.setErrorHandler((error, request, reply) => {
      reply.hijack()
      this.#refuse(reply.raw, error, request.routeOptions.url ?? 'unmatched')
    })
    app.setNotFoundHandler((request, reply) => {
      reply.hijack()
      this.#refuse(reply.raw, nowhere(request.raw), 'unmatched')
    })
    for (const served of this.#served()) this.#mount(served)
    await app.ready()
    return this
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#started.set(response, this.#options.elapsedMs())
    this.#app.routing(request, response)
  }

  close(): Promise<void> {
    return this.#app.close()
  }

  #served(): readonly ServedRoute[] {
    const handlers: Readonly<Record<string, unknown>> = {
      ...keyHandlers(this.#options),
      ...objectHandlers(this.#options),
      ...accessHandlers(this.#options),
      ...approvalHandlers(this.#options),
      ...emergencyHandlers(this.#options),
      ...operatorHandlers(this.#options),
      ...tenantHandlers(this.#options),
    }
    return Object.entries(MANAGEMENT_ROUTES).map(([id, route]) => ({
      id,
      route,
      handle: handlers[id] as AnyHandler,
    }))
  }

  #mount(served: ServedRoute): void {
    const { id, route } = served
    const sessions = new WeakMap<IncomingMessage, Session>()
    const { attempts, limits, sealStatus } = this.#options
    this.#app.route({
      method: route.method,
      bodyLimit:
        route.access === 'share'
          ? Math.min(OPEN_BODY_BYTES_MAX, limits.bodyBytesMax)
          : limits.bodyBytesMax,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      errorHandler: (error, _request, reply) => {
        reply.hijack()
        this.#refuse(reply.raw, error, id)
      },
      onRequest: async (request) => {
        const asked = sessionOf(request, route, this.#exchange, this.#options)
        const session = asked instanceof Promise ? await asked : asked
        if (isOpenDoor(route, session)) {
          const { peer } = this.#exchange.context(request.raw)
          attempts.assertOpen(peer)
          // In advance: of many attempts at once, those beyond the limit must not come in.
          attempts.count(peer)
        }
        sessions.set(request.raw, session)
      },
      handler: async (request, reply) => {
        const session = sessions.get(request.raw) as Session
        // Only a right share given while it is needed costs nothing: anything else would let a stranger
        // write to the log for as long as he likes.
        const needed = id !== 'checkShare' && sealStatus().sealed
        await serveRoute(served, session, request, reply, this.#exchange, this.#options)
        if (needed && isOpenDoor(route, session))
          attempts.forgive(this.#exchange.context(request.raw).peer)
        this.#observe(reply.raw, id, 'ok')
        return reply
      },
    })
  }

  #refuse(response: ServerResponse, error: unknown, operation: string): void {
    this.#observe(response, operation, this.#exchange.refuse(response, ownError(error)))
  }

  #observe(response: ServerResponse, operation: string, code: ProblemCode | 'ok'): void {
    const startedMs = this.#started.get(response)
    if (startedMs === undefined) return
    this.#options.meter.observe(operation, code, this.#options.elapsedMs() - startedMs)
  }
}

/** Where a share stands in for a credential, and nothing else was given. */
function isOpenDoor(route: Route, session: Session): boolean {
  return route.access === 'share' && session === ANONYMOUS
}

/** The framework's own refusals, in our words; anything else is as it was thrown. */
function ownError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new TransportError('unsupported-media-type', 'send the body as application/json')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new TransportError('too-large', 'the request body is too large')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new TransportError('invalid-input', 'the body is not as long as its Content-Length')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'FST_ERR_ASYNC_CONSTRAINT':
      return new TransportError('invalid-input', 'the path is not well encoded')
    default:
      return error
  }
}

interface Pattern {
  readonly method: string
  readonly path: RegExp
}

const pattern = ({ method, path }: Pick<Route, 'method' | 'path'>): Pattern => ({
  method,
  path: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
})

const PATTERNS: readonly Pattern[] = [
  ...Object.values(MANAGEMENT_ROUTES).map(pattern),
  ...Object.values(DATA_ROUTES).map(({ segment }) =>
    pattern({ method: 'POST', path: `/v1/keys/{key}/${segment}` }),
  ),
]

/** Another method would do (RFC 9110 §15.5.6), or nothing would. */
function nowhere({ method = '', url = '' }: IncomingMessage): TransportError {
  const path = url.split('?', 1)[0] as string
  const methods = PATTERNS.filter((known) => known.path.test(path)).map((known) => known.method)
  if (methods.includes(method)) {
    return new TransportError('invalid-input', 'this route takes no query')
  }
  if (methods.length === 0) return new TransportError('no-such-route', 'no route has this path')
  if (methods.includes('GET')) methods.push('HEAD')
  const allow = [...new Set(methods)].join(', ')
  return new TransportError('method-not-allowed', `use ${allow}`, ['Allow', allow])
}

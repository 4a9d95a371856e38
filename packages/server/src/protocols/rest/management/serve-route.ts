import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { KeeperError, type MaybePromise, type Session } from '@claviger/core'
import { ANONYMOUS, type Exchange } from '../exchange.ts'
import type { RestOptions } from '../ports.ts'
import type { Route } from '../route.ts'
import type { Answer, Call } from './handler.ts'
import { requestOptions } from './request-options.ts'
import { queryValues, validate } from './validate.ts'

/** A handler whose route is known at run time only. */
export type AnyHandler = (call: Call) => Promise<Answer>

export interface ServedRoute {
  readonly id: string
  readonly route: Route
  readonly handle: AnyHandler
}

/** Who calls, decided before the body is read. */
export function sessionOf(
  request: FastifyRequest,
  route: Route,
  exchange: Exchange,
  { sealStatus }: RestOptions,
): MaybePromise<Session> {
  if (route.access === 'anyone') return ANONYMOUS
  const anonymous = request.headers.authorization === undefined || sealStatus().sealed
  if (route.access === 'share' && anonymous) return ANONYMOUS
  return exchange.session(request.raw)
}

/** Checks a request against its route and answers it. */
export async function serveRoute(
  { id, route, handle }: ServedRoute,
  session: Session,
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
  options: RestOptions,
): Promise<void> {
  assertParams(request.params as Readonly<Record<string, string>>)
  if (route.body === undefined) assertNoBody(request.body)
  const body = route.body === undefined ? undefined : (request.body ?? {})
  const given = request.query as Readonly<Record<string, string | readonly string[]>>
  const query = queryValues(route.query, given)
  if (route.body !== undefined) validate(route.body, body, 'the body')
  if (route.query !== undefined) validate(route.query, query, 'the query')
  const answer = await handle({
    session,
    context: exchange.context(request.raw),
    params: request.params,
    query: route.query === undefined ? undefined : query,
    body,
    options: requestOptions(
      id,
      route,
      request.headers,
      { params: { ...(request.params as object) }, body: body ?? {} },
      options.hash,
    ),
    pem: route.pem === true && /\bapplication\/x-pem-file\b/i.test(request.headers.accept ?? ''),
  } as Call)
  reply.code(route.status ?? 200).header('Cache-Control', 'no-store')
  if (answer.entry !== undefined) reply.header('Claviger-Entry', answer.entry)
  if (answer.revision !== undefined) reply.header('ETag', `"${answer.revision}"`)
  if (answer.body instanceof Readable) {
    reply.type(answer.contentType ?? 'application/octet-stream').send(answer.body)
  } else if (typeof answer.body === 'string') {
    reply.type(answer.contentType ?? 'text/plain; charset=utf-8').send(answer.body)
  } else reply.type('application/json').send(JSON.stringify(answer.body))
}

/** What nobody would look at is told of: its sender meant something by it. */
function assertNoBody(body: unknown): void {
  if (body === undefined || body === null) return
  if (typeof body === 'object' && Object.keys(body).length === 0) return
  throw new KeeperError('invalid-input', 'this call takes no body')
}

const REFERENCE_LENGTH_MAX = 128

/** The router takes an empty segment for a parameter too. */
function assertParams(params: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(params)) {
    if (value.length >= 1 && value.length <= REFERENCE_LENGTH_MAX) continue
    throw new KeeperError(
      'invalid-input',
      `the ${name} in the path has 1 to ${REFERENCE_LENGTH_MAX} characters`,
    )
  }
}

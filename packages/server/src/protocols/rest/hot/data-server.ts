import type { IncomingMessage, ServerResponse } from 'node:http'
import { type DataAnswer, type ItemResult, KeeperError, type Session } from '@claviger/core'
import { DATA_ROUTES } from '../data-routes.ts'
import { readBody } from '../../../listen/read-body.ts'
import type { Exchange } from '../exchange.ts'
import type { RestOptions } from '../ports.ts'
import { problemMembers } from '../problem.ts'
import type { DataVerb } from '../schema/data.ts'
import { assertJson } from './body.ts'
import { parseDataRequest } from './data-request.ts'
import { type AnyVerb, DATA_OPERATIONS } from './data-verbs.ts'

const PREFIX = '/v1/keys/'
const KEY_LENGTH_MAX = 128

/** A verb with the name it is metered by. */
interface Served {
  readonly id: DataVerb
  readonly verb: AnyVerb
}

const SERVED: ReadonlyMap<string, Served> = new Map(
  Object.entries(DATA_ROUTES).map(([id, { segment }]) => [
    segment,
    { id: id as DataVerb, verb: DATA_OPERATIONS[id as DataVerb] },
  ]),
)

/** The data operations: straight from the socket to the keeper and back, past any framework. */
export class DataServer {
  readonly #options: RestOptions
  readonly #exchange: Exchange

  constructor(options: RestOptions, exchange: Exchange) {
    this.#options = options
    this.#exchange = exchange
  }

  /** Takes the request if it is `POST /v1/keys/{key}/<verb>`; says whether it did. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url } = request
    if (method !== 'POST' || url === undefined || !url.startsWith(PREFIX)) return false
    const slash = url.lastIndexOf('/')
    const served = slash >= PREFIX.length ? SERVED.get(url.slice(slash + 1)) : undefined
    if (served === undefined) return false
    this.#serve(request, response, served, url.slice(PREFIX.length, slash))
    return true
  }

  #serve(request: IncomingMessage, response: ServerResponse, served: Served, key: string): void {
    const startedMs = this.#options.elapsedMs()
    const refuse = (error: unknown): void => {
      const code = this.#exchange.refuse(response, error)
      this.#options.meter.observe(served.id, code, this.#options.elapsedMs() - startedMs)
    }
    const read = (session: Session): void => {
      readBody(request, this.#options.limits.bodyBytesMax, (error, body) => {
        if (error !== undefined) refuse(error)
        else
          this.#run(request, response, served, keyOf, session, body).then((code) => {
            this.#options.meter.observe(served.id, code, this.#options.elapsedMs() - startedMs)
          }, refuse)
      })
    }
    let keyOf: string
    try {
      keyOf = parseKey(key)
      assertJson(request.headers['content-type'])
      const session = this.#exchange.session(request)
      if (session instanceof Promise) session.then(read, refuse)
      else read(session)
    } catch (error) {
      refuse(error)
    }
  }

  /** Returns the code of the first failed item for the meter, or `ok`. */
  async #run(
    request: IncomingMessage,
    response: ServerResponse,
    { verb }: Served,
    key: string,
    session: Session,
    body: Buffer,
  ): Promise<string> {
    const { items, batch, acknowledgeRisk } = parseDataRequest(verb, body)
    const context = this.#exchange.context(request)
    const call = { key, items, acknowledgeRisk }
    const answer = await this.#options.keeper.executeData(session, verb.operation, call, context)
    if (batch) return answerBatch(response, verb, answer)
    const result = answer.results[0] as ItemResult<unknown>
    if (!result.ok) {
      return this.#exchange.refuse(response, result.error, answer.entry)
    }
    send(
      response,
      `{${verb.write(result.value, answer.key)},"entry":${answer.entry}}`,
      answer.entry,
    )
    return 'ok'
  }
}

function answerBatch(
  response: ServerResponse,
  verb: AnyVerb,
  { results, key, entry }: DataAnswer<unknown>,
): string {
  let code = 'ok'
  let text = '{"items":['
  for (let index = 0; index < results.length; index++) {
    const result = results[index] as ItemResult<unknown>
    if (index > 0) text += ','
    if (result.ok) text += `{${verb.write(result.value, key)}}`
    else {
      const { error } = result
      if (code === 'ok') code = error.code
      const { details } = error
      text += `{"error":${JSON.stringify(problemMembers(error.code, error.message, { details }))}}`
    }
  }
  send(response, `${text}],"entry":${entry}}`, entry)
  return code
}

function send(response: ServerResponse, text: string, entry: number): void {
  // Everything written here is ASCII but for what an error message may repeat of a name.
  const bytes = Buffer.byteLength(text)
  response.writeHead(200, [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(bytes),
    'Cache-Control',
    'no-store',
    'Claviger-Entry',
    String(entry),
  ])
  response.end(text, bytes === text.length ? 'latin1' : 'utf8')
}

function parseKey(segment: string): string {
  let key = segment
  if (segment.includes('%')) {
    try {
      key = decodeURIComponent(segment)
    } catch {
      throw new KeeperError('invalid-input', 'the key in the path is not well encoded')
    }
  } else if (segment.includes('/')) {
    throw new KeeperError('invalid-input', 'write `/` in the name of a key as %2F')
  }
  if (key === '' || key.length > KEY_LENGTH_MAX) {
    throw new KeeperError('invalid-input', `a key is named by 1 to ${KEY_LENGTH_MAX} characters`)
  }
  return key
}

import { Agent, type RequestOptions, request } from 'node:https'
import type { AnswerBody } from './answer-body.ts'

/** One answer. `json` is an empty object where the body is not JSON. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly json: AnswerBody
}

/** The connection went before the answer was there: nobody knows what became of the call. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome'
}

const TIMEOUT_MS = 30_000

/** Calls the HTTP API as one identity, over connections of its own. */
export class RestClient {
  readonly #agent: Agent
  readonly #port: number
  readonly #token: string | undefined

  constructor(port: number, ca: string, token: string | undefined, connectionsMax = 16) {
    this.#port = port
    this.#token = token
    this.#agent = new Agent({ keepAlive: true, ca, maxSockets: connectionsMax })
  }

  call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const text =
      body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const options: RequestOptions = {
      host: '127.0.0.1',
      servername: 'localhost',
      port: this.#port,
      agent: this.#agent,
      method,
      path,
      timeout: TIMEOUT_MS,
      headers: {
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
        ...(text !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
        ...headers,
      },
    }
    return new Promise((resolve, reject) => {
      const unknown = (error: Error): void =>
        reject(new UnknownOutcome(`${method} ${path}: ${error.message}`, { cause: error }))
      const outgoing = request(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', unknown)
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8')
          const { statusCode: status = 0, headers: answered } = response
          resolve({ status, headers: answered, text: answer, json: parsed(answer) })
        })
      })
      outgoing.on('error', unknown)
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
      outgoing.end(text)
    })
  }

  /** A call that must succeed; its body. */
  async ok(method: string, path: string, body?: unknown): Promise<AnswerBody> {
    const reply = await this.call(method, path, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`)
    return reply.json
  }

  close(): void {
    this.#agent.destroy()
  }
}

function parsed(text: string): AnswerBody {
  try {
    return JSON.parse(text) as AnswerBody
  } catch {
    return {} as AnswerBody
  }
}

import type { IncomingMessage } from 'node:http'
import type { FetchedAnswer, FetchLike } from '@claviger/client'

export interface NodeFetchOptions {
  /** PEM; replaces the authorities that the machine trusts. */
  readonly ca?: string | undefined
  /** PEM of a client certificate and of its key. */
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

const ANSWER_BYTES_MAX = 64 * 1024 * 1024

/** `fetch` over node:https, which takes authorities and client certificates, and starts sooner. */
export async function createNodeFetch(
  address: string,
  { ca, cert, key }: NodeFetchOptions,
): Promise<FetchLike> {
  const isTls = address.startsWith('https:')
  const { Agent, request } = isTls ? await import('node:https') : await import('node:http')
  const agent = new Agent({
    keepAlive: true,
    ...(isTls && {
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    }),
  })
  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const outgoing = request(
        url,
        { agent, method, headers: { ...headers, ...length }, signal },
        (answer) => resolve(answerOf(answer)),
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
}

function answerOf(answer: IncomingMessage): FetchedAnswer {
  return {
    status: answer.statusCode ?? 0,
    headers: {
      get(name) {
        const value = answer.headers[name.toLowerCase()]
        return value === undefined ? null : String(value)
      },
    },
    text: () => readText(answer),
    body: answer as AsyncIterable<Buffer>,
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > ANSWER_BYTES_MAX) throw new Error('the answer is too large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

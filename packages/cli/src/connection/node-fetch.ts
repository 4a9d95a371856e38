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
        (answer) => void readAnswer(answer).then(resolve, reject),
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
}

async function readAnswer(answer: IncomingMessage): Promise<FetchedAnswer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > ANSWER_BYTES_MAX) throw new Error('the answer is too large')
    pieces.push(piece)
  }
  const text = Buffer.concat(pieces).toString('utf8')
  return {
    status: answer.statusCode ?? 0,
    headers: {
      get(name) {
        const value = answer.headers[name.toLowerCase()]
        return value === undefined ? null : String(value)
      },
    },
    text: async () => text,
  }
}

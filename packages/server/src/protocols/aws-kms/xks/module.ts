import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isKeeperError } from '@claviger/core'
import { readBody } from '../../../listen/read-body.ts'
import type { ProtocolModule, SignatureAuthenticator } from '../../protocol.ts'
import type { AwsMeter } from '../ports.ts'
import { XksError, xksErrorOf } from './xks-error.ts'
import { answerXks, type XksAnswer, type XksPorts } from './xks-proxy.ts'

export interface XksServerPorts extends XksPorts {
  /** For signatures of the service `kms-xks-proxy`. */
  readonly authenticate: SignatureAuthenticator
  readonly peerOf: (socket: Socket) => string
  readonly meter: AwsMeter
  readonly elapsedMs: () => number
}

/** The largest request has 8 KiB of data and as much beside it, in base64, and a few ARNs. */
const BODY_BYTES_MAX = 65_536
const TOO_LARGE = new XksError(
  'UnsupportedOperationException',
  `a request has at most ${BODY_BYTES_MAX} bytes in this implementation`,
)

/** The External Key Store Proxy API over HTTPS: AWS KMS, or another keeper, uses keys that stay here. */
export function xksModule(ports: XksServerPorts): ProtocolModule {
  return {
    name: 'aws-xks',
    authenticator: ports.authenticate,
    handle: (request, response) => handle(ports, request, response),
    close: async () => {},
  }
}

function handle(ports: XksServerPorts, request: IncomingMessage, response: ServerResponse): void {
  const startedMs = ports.elapsedMs()
  readBody(request, BODY_BYTES_MAX, (error, body) => {
    const answering =
      error === undefined
        ? answer(ports, request, body)
        : Promise.resolve(answerOf(isKeeperError(error) ? TOO_LARGE : xksErrorOf(internal)))
    void answering.then((done) => {
      const { pathname } = splitTarget(request)
      const operation = pathname.slice(pathname.lastIndexOf('/') + 1)
      const label = OPERATIONS.includes(operation) ? `xks.${operation}` : 'xks.unknown'
      ports.meter.observe(label, String(done.status), ports.elapsedMs() - startedMs)
      send(request, response, done)
    })
  })
}

const OPERATIONS = ['health', 'metadata', 'encrypt', 'decrypt']
const internal = { code: 'integrity', message: 'the request could not be read' } as const

function answerOf({ status, body }: XksError): XksAnswer {
  return { status, body }
}

function answer(
  ports: XksServerPorts,
  request: IncomingMessage,
  body: Uint8Array,
): Promise<XksAnswer> {
  const { method = '', url: target = '', headers, socket } = request
  const peer = ports.peerOf(socket)
  const { pathname } = splitTarget(request)
  const authenticate = async () =>
    (await ports.authenticate({ method, target, headers, body }, peer)).session
  return answerXks(ports, { method, path: pathname, headers, body, peer, authenticate })
}

/** No call has a query; one that is there is signed, and says nothing. */
function splitTarget({ url = '' }: IncomingMessage): { readonly pathname: string } {
  return { pathname: url.split('?', 1)[0] as string }
}

function send(request: IncomingMessage, response: ServerResponse, answered: XksAnswer): void {
  const { status, body } = answered
  // What is left of a body that was too large is not read: the connection goes with it.
  if (!request.complete) response.shouldKeepAlive = false
  request.resume()
  response.writeHead(status, [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    ...(status === 405 ? ['Allow', 'POST'] : []),
  ])
  response.end(body)
}

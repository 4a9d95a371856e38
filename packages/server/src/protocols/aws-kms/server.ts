// awsJson1_1 as AWS KMS speaks it: every call is `POST /` with the action in `X-Amz-Target`, JSON in and out,
// and exceptions as `{"__type", "message"}` (Smithy, AWS JSON 1.1 protocol).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BytesError, decodeUtf8, encodeBase64 } from '@claviger/bytes'
import type { RequestContext } from '@claviger/core'
import { readBody } from '../../listen/read-body.ts'
import type { SignedCaller } from '../protocol.ts'
import type { AwsCaller } from './call.ts'
import { AwsError } from './error.ts'
import { exceptionOf } from './exception.ts'
import { OPERATIONS } from './operations.ts'
import { perform } from './perform.ts'
import type { AwsServerPorts } from './ports.ts'

type Output = Readonly<Record<string, unknown>>

const CONTENT_TYPE = 'application/x-amz-json-1.1'
const TARGET = 'TrentService.'
/** The largest call of KMS carries an attestation document of 256 KiB. */
const BODY_BYTES_MAX = 1024 * 1024
/** `us-east-1`, `us-gov-west-1`, `cn-north-1`. */
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-\d{1,2}$/
const UNKNOWN = 'aws.unknown'
const ROOT = 'root'

/** One call on its way through. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly startedMs: number
  operation: string
}

export class AwsKmsServer {
  readonly #ports: AwsServerPorts
  readonly #callers = new WeakMap<SignedCaller, AwsCaller>()
  /** `aws.Encrypt`, … by action: what the metrics call them. */
  readonly #labels = new Map<string, string>(
    Object.keys(OPERATIONS).map((action) => [action, `aws.${action}`]),
  )

  constructor(ports: AwsServerPorts) {
    this.#ports = ports
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { requestId, elapsedMs } = this.#ports
    const exchange: Exchange = {
      request,
      response,
      requestId: requestId(),
      startedMs: elapsedMs(),
      operation: UNKNOWN,
    }
    readBody(request, BODY_BYTES_MAX, (error, body) => {
      if (error !== undefined) this.#refuse(exchange, error)
      else this.#serve(exchange, body)
    })
  }

  #serve(exchange: Exchange, body: Buffer): void {
    let answer: Promise<Output>
    try {
      const { method = '', url = '', headers, socket } = exchange.request
      const peer = this.#ports.peerOf(socket)
      const signed = { method, target: url, headers, body }
      const caller = this.#ports.authenticate(signed, peer)
      answer =
        caller instanceof Promise
          ? caller.then((found) => this.#call(exchange, found, body, peer))
          : this.#call(exchange, caller, body, peer)
    } catch (error) {
      this.#refuse(exchange, error)
      return
    }
    answer.then(
      (output) => this.#answer(exchange, output),
      (error: unknown) => this.#refuse(exchange, error),
    )
  }

  /** Whom the signature shows, calling the action that the request names. */
  #call(exchange: Exchange, signed: SignedCaller, body: Uint8Array, peer: string): Promise<Output> {
    const { request, requestId } = exchange
    const caller = this.#callerOf(signed)
    const action = actionOf(request)
    exchange.operation = this.#labels.get(action) as string
    const input = parseInput(body)
    const context: RequestContext = { protocol: 'aws-kms', peer, requestId }
    return perform({
      ...caller,
      ports: this.#ports.operations,
      action,
      input,
      // Listeners speak TLS only.
      secureTransport: true,
      request: context,
    })
  }

  #callerOf(signed: SignedCaller): AwsCaller {
    const known = this.#callers.get(signed)
    if (known !== undefined) return known
    const { session, region } = signed
    const { account, regions } = this.#ports
    if (!(regions?.includes(region) ?? REGION.test(region))) {
      throw new AwsError(
        'InvalidSignatureException',
        'Credential should be scoped to a valid region.',
      )
    }
    const arn = `arn:aws:iam::${account}:${session.name === ROOT ? ROOT : `user/${session.name}`}`
    const caller = { session, account, arn, region }
    this.#callers.set(signed, caller)
    return caller
  }

  #answer(exchange: Exchange, output: Output): void {
    let text: string
    try {
      text = JSON.stringify(withBlobs(output))
    } catch (error) {
      this.#refuse(exchange, error)
      return
    }
    this.#observe(exchange, 'ok')
    send(exchange, 200, text)
  }

  #refuse(exchange: Exchange, error: unknown): void {
    const { type, status, message } = exceptionOf(error, this.#ports.report)
    this.#observe(exchange, type)
    const { request, response } = exchange
    if (response.headersSent) {
      response.destroy()
      return
    }
    // What is left of a body that was too large is not read: the connection goes with it.
    if (!request.complete) response.shouldKeepAlive = false
    request.resume()
    send(exchange, status, JSON.stringify({ __type: type, message }), type)
  }

  #observe({ operation, startedMs }: Exchange, code: string): void {
    const { meter, elapsedMs } = this.#ports
    meter.observe(operation, code, elapsedMs() - startedMs)
  }
}

/** The action that the headers name, where there is one of that name. */
function actionOf({ method, url, headers }: IncomingMessage): string {
  const target = headers['x-amz-target']
  const action =
    typeof target === 'string' && target.startsWith(TARGET) ? target.slice(TARGET.length) : ''
  const isCall = method === 'POST' && url === '/' && isJson(headers['content-type'])
  if (isCall && Object.hasOwn(OPERATIONS, action)) return action
  throw new AwsError('UnknownOperationException', 'The requested operation does not exist.')
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === CONTENT_TYPE) return true
  return /^application\/x-amz-json-1\.1\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? '')
}

/** The body, an object; none is an empty one, as botocore sends for calls without members. */
function parseInput(body: Uint8Array): Output {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = JSON.parse(decodeUtf8(body))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof BytesError) throw malformed()
    throw error
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed()
  return value as Output
}

function malformed(): AwsError {
  return new AwsError('SerializationException', 'The body is not a JSON object in UTF-8.')
}

/** Blobs are base64 on the wire; no output of KMS has one below its first level. */
function withBlobs(output: Output): Output {
  let copy: Record<string, unknown> | undefined
  for (const name in output) {
    const value = output[name]
    if (!(value instanceof Uint8Array)) continue
    copy ??= { ...output }
    copy[name] = encodeBase64(value)
  }
  return copy ?? output
}

function send(
  { response, requestId }: Exchange,
  status: number,
  text: string,
  type?: string,
): void {
  const length = Buffer.byteLength(text)
  response.writeHead(status, [
    'x-amzn-RequestId',
    requestId,
    'Content-Type',
    CONTENT_TYPE,
    'Content-Length',
    String(length),
    'Cache-Control',
    'no-store',
    ...(type === undefined ? [] : ['x-amzn-errortype', type]),
  ])
  response.end(text, length === text.length ? 'latin1' : 'utf8')
}

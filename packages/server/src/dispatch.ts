import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from './listen/https-listener.ts'
import type { ProtocolModule } from './protocols/protocol.ts'

/** The protocols that share a listener. */
export interface Mounted {
  readonly rest: ProtocolModule
  readonly aws: ProtocolModule
  /** The proxy for external key stores. */
  readonly xks?: ProtocolModule
}

const AWS_TARGET = 'TrentService.'
const SIGV4 = 'AWS4-HMAC-SHA256'
/** Any prefix may stand before it (XKS proxy API, "URI path"). */
const XKS_PATH = '/kms/xks/v1/'

/** Sends each request to its protocol: by its path or its headers, and to REST when nothing tells. */
export function dispatch({ rest, aws, xks }: Mounted): RequestHandler {
  return (request, response) => {
    if (isXks(request)) (xks ?? aws).handle(request, response)
    else if (isAws(request)) aws.handle(request, response)
    else rest.handle(request, response)
  }
}

/** For a listener of AWS's protocols alone: what is not signed for them is refused by them. */
export function dispatchAws({ aws, xks }: Omit<Mounted, 'rest'>): RequestHandler {
  return (request: IncomingMessage, response: ServerResponse) =>
    (isXks(request) ? (xks ?? aws) : aws).handle(request, response)
}

function isXks({ url = '' }: IncomingMessage): boolean {
  // Nothing of REST's has this in its path: `/` is `%2F` in the names of keys there.
  if (!url.includes(XKS_PATH)) return false
  return (url.split('?', 1)[0] as string).includes(XKS_PATH)
}

function isAws({ headers }: IncomingMessage): boolean {
  const target = headers['x-amz-target']
  if (typeof target === 'string' && target.startsWith(AWS_TARGET)) return true
  return headers.authorization?.startsWith(SIGV4) === true
}

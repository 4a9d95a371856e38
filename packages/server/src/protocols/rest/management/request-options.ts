import type { IncomingHttpHeaders } from 'node:http'
import { canonicalJson, type CanonicalJson } from '@claviger/bytes'
import { KeeperError, type ManagementOptions } from '@claviger/core'
import type { Route } from '../route.ts'

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/
/** A strong entity tag (RFC 9110 §8.8.3) as this protocol makes them: the revision in quotes. */
const REVISION = /^"([1-9]\d{0,14})"$/
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override']

/** What headers say of a call beside its body; what a route does not take is refused, not ignored. */
export function requestOptions(
  id: string,
  route: Route,
  headers: IncomingHttpHeaders,
  asked: { readonly params: unknown; readonly body: unknown },
  hash: (text: string) => string,
): ManagementOptions {
  if (OVERRIDES.some((name) => headers[name] !== undefined)) {
    throw new KeeperError('invalid-input', 'the method cannot be overridden by a header')
  }
  const expectedRevision = expectedRevisionOf(route, headers['if-match'])
  const key = headers['idempotency-key']
  if (key === undefined) return expectedRevision === undefined ? {} : { expectedRevision }
  if (route.idempotent !== true) {
    throw new KeeperError('invalid-input', 'this route takes no idempotency key')
  }
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new KeeperError('invalid-input', 'an idempotency key has 1 to 128 visible characters')
  }
  // The canonical form: the same request formatted otherwise is the same request.
  const requestHash = hash(`${id}\n${canonicalJson(asked as CanonicalJson)}`)
  return { idempotency: { key, requestHash } }
}

function expectedRevisionOf(route: Route, ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  if (route.conditional !== true) {
    throw new KeeperError('invalid-input', 'this route takes no If-Match')
  }
  const revision = REVISION.exec(ifMatch)?.[1]
  if (revision === undefined) {
    throw new KeeperError('invalid-input', 'If-Match must be one ETag that the keeper gave')
  }
  return Number(revision)
}

// The canonical request of Signature Version 4 ("Create a signed AWS API request", step 1), for every
// service but S3: the path is normalized, and what is percent-encoded on the wire is encoded once more.
import { SigV4Error } from './error.ts'
import type { Headers, HttpRequest } from './signed-request.ts'

const UNRESERVED_PATH = /^[A-Za-z0-9\-._~/]*$/
/** `encodeURIComponent` leaves these; SigV4 keeps only RFC 3986's unreserved characters (§2.3). */
const SUB_DELIMITERS = /[!'()*]/g
const SPACES = / {2,}|[\t\r\n]/
const BLANKS = /[ \t\r\n]+/g

/**
 * method || path || query || `name:value\n` of each header || signed headers || hex(SHA-256(body)), each but the
 * headers on a line of its own.
 *
 * @param signedHeaders in lower case, sorted
 */
export function canonicalRequest(
  { method, target, headers }: Omit<HttpRequest, 'body'>,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? '' : canonicalQuery(target.slice(mark + 1))
  let text = `${method}\n${canonicalPath(path)}\n${query}\n`
  for (const name of signedHeaders) text += `${name}:${headerValue(headers, name)}\n`
  return `${text}\n${signedHeaders.join(';')}\n${payloadHash}`
}

/** Trimmed, runs of blanks made one, several values joined by commas. */
function headerValue(headers: Headers, name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (typeof value === 'string') return trimmed(value)
  if (value === undefined) {
    throw new SigV4Error('out-of-scope', `the header '${name}' is signed and not there`)
  }
  return value.map((one) => trimmed(one)).join(',')
}

function trimmed(value: string): string {
  // `trim` takes more than blanks away, so that it may only tell that nothing is to be done.
  if (value.trim().length === value.length && !SPACES.test(value)) return value
  return value.replace(BLANKS, ' ').replace(/^ | $/g, '')
}

/** RFC 3986 §5.2.4 without empty segments, then each segment encoded once more. */
function canonicalPath(path: string): string {
  if (path === '/') return path
  // RFC 9112 §3.2.1: what is signed is sent in origin-form, which is never empty.
  if (!path.startsWith('/')) throw new SigV4Error('incomplete', 'the path must begin with a slash')
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  const plain = kept.join('/')
  const slash = path.endsWith('/') && kept.length > 0 ? '/' : ''
  return `/${UNRESERVED_PATH.test(plain) ? plain : kept.map(encode).join('/')}${slash}`
}

/** Sorted by encoded name, then by encoded value. */
function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      const name = equals < 0 ? pair : pair.slice(0, equals)
      return [recode(name), recode(equals < 0 ? '' : pair.slice(equals + 1))] as const
    })
    .sort((left, right) => byCodeUnit(left[0], right[0]) || byCodeUnit(left[1], right[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function recode(text: string): string {
  try {
    return encode(decodeURIComponent(text))
  } catch {
    throw new SigV4Error('incomplete', 'the query is not well encoded')
  }
}

function encode(text: string): string {
  if (!text.isWellFormed()) throw new SigV4Error('incomplete', 'the path is not well encoded')
  return encodeURIComponent(text).replace(
    SUB_DELIMITERS,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

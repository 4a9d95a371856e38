import { XksError } from './xks-error.ts'

/** What a path of the proxy asks for. */
export type XksTarget =
  | { readonly operation: 'health' }
  | { readonly operation: 'metadata' | 'encrypt' | 'decrypt'; readonly externalKeyId: string }

const BASE = '/kms/xks/v1'
/** The whole of `XksProxyUriPath`, of which the prefix is the part before the base. */
const URI_PATH_LENGTH_MAX = 128
const PREFIX = /^(?:\/[A-Za-z0-9_-]+)*$/
const KEY_PATH = /^\/keys\/([A-Za-z0-9._-]{1,128})\/(metadata|encrypt|decrypt)$/

/** `[/prefix]` of `XksProxyUriPath`, or undefined when it is not of its form. */
export function isXksPrefix(prefix: string): boolean {
  return PREFIX.test(prefix) && prefix.length + BASE.length <= URI_PATH_LENGTH_MAX
}

/** Whether a request is for the proxy at all, well or ill addressed. */
export function isXksPath(path: string, prefix: string): boolean {
  return path === prefix + BASE || path.startsWith(`${prefix}${BASE}/`)
}

/** @param path of the request target, without a query */
export function parseXksPath(path: string, prefix: string): XksTarget {
  const rest = isXksPath(path, prefix) ? path.slice(prefix.length + BASE.length) : ''
  if (rest === '/health') return { operation: 'health' }
  const [, externalKeyId, operation] = KEY_PATH.exec(rest) ?? []
  if (externalKeyId === undefined) {
    throw new XksError(
      'InvalidUriPathException',
      `the paths are ${prefix}${BASE}/health and ${prefix}${BASE}/keys/<id>/metadata, /encrypt and /decrypt`,
    )
  }
  return { operation: operation as 'metadata', externalKeyId }
}

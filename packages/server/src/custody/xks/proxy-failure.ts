import { KeeperError } from '@claviger/core'

/** Why a proxy could not do what it was asked. Closed: each protocol has words of its own for each. */
export const PROXY_FAILURES = {
  'not-connected': 'the key store is not connected to its proxy; connect it',
  'host-not-allowed': 'the configuration does not let the keeper use a proxy at this host',
  unreachable: 'the proxy cannot be reached; see that it runs and that its address is right',
  'tls-failed': 'no TLS connection with the proxy can be made; see its certificate',
  'timed-out': 'the proxy did not answer in time; try again',
  'invalid-response': 'the answer of the proxy cannot be understood',
  'credential-refused': 'the proxy does not accept the credential; update it',
  denied: 'the proxy denied access to the operation',
  'invalid-path': 'the proxy has nothing at this path; update it',
  'key-not-found': 'the proxy has no such key',
  'key-disabled': 'the key is not enabled where it is kept',
  'key-unfit': 'the key is not one for AES-256-GCM encryption and decryption',
  'not-supported': 'the proxy does not support the operation',
  throttled: 'the proxy takes no more requests for now; try again later',
  'not-available': 'no key manager behind the proxy is available',
  'internal-failure': 'the proxy cannot reach what keeps the keys',
} as const

export type ProxyFailure = keyof typeof PROXY_FAILURES

/** The key is refused, and not lost: it works again as soon as whoever keeps it does. */
export function proxyFailure(reason: ProxyFailure, cause?: unknown): KeeperError {
  const message = `the key is kept elsewhere: ${PROXY_FAILURES[reason]}`
  return new KeeperError('custody-unavailable', message, { details: { reason }, cause })
}

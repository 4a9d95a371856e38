import { isKeeperError, type KeeperError } from '@claviger/core'
import { AwsError } from '../error.ts'

/** Why a proxy failed (`reason` of `custody-unavailable`), in AWS's words for each kind of call. */
interface Words {
  /** CreateCustomKeyStore and UpdateCustomKeyStore. */
  readonly configure: string
  /** CreateKey. */
  readonly createKey: string
  /** `ConnectionErrorCode` of a connection that failed. */
  readonly connection: string
  readonly message: string
}

const INVALID_STATE = 'CustomKeyStoreInvalidStateException'
const UNREACHABLE = 'XksProxyUriUnreachableException'
const UNFIT = 'XksKeyInvalidConfigurationException'

const CANNOT_INTERPRET =
  'AWS KMS cannot interpret the response from the external key store proxy. If you see this error repeatedly, report it to your external key store proxy administrator.'
const CANNOT_COMMUNICATE =
  'AWS KMS cannot communicate with the external key store proxy. This might be a transient network issue. If you see this error repeatedly, verify that your external key store proxy is active and is connected to the network, and that its endpoint URI is correct in your external key store.'

/** XKS proxy API 1.0.3, "Error Codes", KMS considerations: which exception where, and its text. */
const WORDS: Readonly<Record<string, Words>> = {
  'not-connected': {
    configure: INVALID_STATE,
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_NOT_REACHABLE',
    message:
      'This KMS key is in a custom key store that is not connected to its external key store proxy. Connect the external key store and try the request again.',
  },
  'host-not-allowed': {
    configure: 'XksProxyInvalidConfigurationException',
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_INVALID_CONFIGURATION',
    message:
      'The configuration of this keeper does not allow external key stores at this XksProxyUriEndpoint (aws.xks-hosts).',
  },
  unreachable: {
    configure: UNREACHABLE,
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_NOT_REACHABLE',
    message: CANNOT_COMMUNICATE,
  },
  'tls-failed': {
    configure: UNREACHABLE,
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_INVALID_TLS_CONFIGURATION',
    message:
      'AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS configuration, including its certificate.',
  },
  'timed-out': {
    configure: UNREACHABLE,
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_TIMED_OUT',
    message:
      'The external key store proxy did not respond to the request in the time allotted. Retry the request. If you see this error repeatedly, report it to your external key store proxy administrator.',
  },
  'invalid-response': {
    configure: 'XksProxyInvalidResponseException',
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_INVALID_RESPONSE',
    message: CANNOT_INTERPRET,
  },
  'credential-refused': {
    configure: 'XksProxyIncorrectAuthenticationCredentialException',
    createKey: INVALID_STATE,
    connection: 'INVALID_CREDENTIALS',
    message:
      'The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify the XKS proxy authentication credentials for your external key store and update if necessary.',
  },
  denied: {
    configure: 'XksProxyInvalidResponseException',
    createKey: 'KMSInvalidStateException',
    connection: 'XKS_PROXY_ACCESS_DENIED',
    message:
      'The external key store proxy denied access to the operation. Verify that the user and the external key are both authorized for this operation, and try the request again.',
  },
  'invalid-path': {
    configure: 'XksProxyInvalidConfigurationException',
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_INVALID_CONFIGURATION',
    message:
      'The external key store proxy rejected the request because of an invalid URI path. Verify the URI path for your external key store and update if necessary.',
  },
  'key-not-found': {
    configure: 'XksProxyInvalidResponseException',
    createKey: 'XksKeyNotFoundException',
    connection: 'XKS_PROXY_INVALID_RESPONSE',
    message:
      'The external key associated with this KMS key in an external key store was not found in its external HSM. If the external key ID associated with this KMS key is incorrect, create a new KMS key with the correct external key ID.',
  },
  'key-disabled': {
    configure: 'XksProxyInvalidConfigurationException',
    createKey: UNFIT,
    connection: 'XKS_PROXY_INVALID_CONFIGURATION',
    message:
      'The external key associated with this KMS key in an external key store is not enabled in the external HSM. Enable the external key in the external HSM and retry the request.',
  },
  'key-unfit': {
    configure: 'XksProxyInvalidResponseException',
    createKey: UNFIT,
    connection: 'XKS_PROXY_INVALID_RESPONSE',
    message:
      'The external key associated with this KMS key in an external key store does not support the requested operation. Enable the operation on the key in your external HSM, and try the request again.',
  },
  'not-supported': {
    configure: 'XksProxyInvalidResponseException',
    createKey: UNFIT,
    connection: 'XKS_PROXY_INVALID_RESPONSE',
    message:
      'The external key store proxy rejected the request because it does not support the requested operation. If you see this error repeatedly, report it to your external key store proxy administrator.',
  },
  throttled: {
    configure: UNREACHABLE,
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_NOT_REACHABLE',
    message:
      'The external key store proxy rejected the request due to a very high request rate. Reduce the frequency of your calls using KMS keys in this external key store.',
  },
  'not-available': {
    configure: UNREACHABLE,
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_NOT_REACHABLE',
    message:
      'The external key store proxy reported that all of its external key manager instances are unavailable.',
  },
  'internal-failure': {
    configure: 'XksProxyInvalidResponseException',
    createKey: INVALID_STATE,
    connection: 'XKS_PROXY_INVALID_RESPONSE',
    message:
      'The external key store proxy rejected the request because it cannot communicate with the external HSM. Verify that the external key store proxy configuration is correct and that the external HSM is available.',
  },
}

const UNKNOWN: Words = {
  configure: UNREACHABLE,
  createKey: INVALID_STATE,
  connection: 'INTERNAL_ERROR',
  message: CANNOT_COMMUNICATE,
}

function wordsOf({ details }: Pick<KeeperError, 'details'>): Words {
  const { reason } = details
  const known = typeof reason === 'string' && Object.hasOwn(WORDS, reason)
  return known ? (WORDS[reason] ?? UNKNOWN) : UNKNOWN
}

/** Whether whoever keeps a key elsewhere is the reason. */
export function isCustodyFailure(error: unknown): error is KeeperError {
  return isKeeperError(error) && error.code === 'custody-unavailable'
}

/** The exception of CreateCustomKeyStore, UpdateCustomKeyStore or CreateKey; other errors go on as they are. */
export function inWordsOfKeyStores(error: unknown, call: 'configure' | 'createKey'): unknown {
  if (!isCustodyFailure(error)) return error
  const words = wordsOf(error)
  return new AwsError(words[call], words.message, { code: 'custody-unavailable' })
}

/** Cryptographic operations have no exceptions of their own for it: the message says which it was. */
export function custodyException(error: KeeperError): AwsError {
  return new AwsError('KMSInvalidStateException', wordsOf(error).message, {
    code: 'custody-unavailable',
  })
}

export function connectionErrorOf(error: KeeperError): string {
  return wordsOf(error).connection
}

/** CreateKey in a key store that is not connected. */
export function proxyNotConnected(): AwsError {
  return new AwsError(INVALID_STATE, (WORDS['not-connected'] ?? UNKNOWN).message)
}

import { concat, constantTimeEqual, decodeBase64, decodeUtf8 } from '@claviger/bytes'
import { authenticationFailed } from '@claviger/core'
import { hash } from '@claviger/crypto'
import { type ProxyFailure, proxyFailure } from './proxy-failure.ts'

/** What a proxy made of a plaintext: all of it goes back to the proxy to be opened. */
export interface ProxySealed {
  readonly iv: Uint8Array
  readonly metadata: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

type Fields = Readonly<Record<string, unknown>>

const IV_BYTES = [12, 16]
const TAG_BYTES = 16
const METADATA_BYTES_MAX = 20
const EKMS_MAX = 10
const KEY_USAGES_MAX = 10

/** A body is text in JSON whatever the status (XKS proxy API 1.0.3, "Error Codes"). */
export function parseAnswer(status: number, body: Uint8Array): Fields {
  let parsed: unknown
  try {
    parsed = JSON.parse(decodeUtf8(body))
  } catch (cause) {
    throw proxyFailure('invalid-response', cause)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid()
  const fields = parsed as Fields
  if (status !== 200) throw refusalOf(fields['errorName'])
  return fields
}

const invalid = (): Error => proxyFailure('invalid-response')

const REFUSALS: Readonly<Record<string, ProxyFailure>> = {
  ValidationException: 'invalid-response',
  InvalidStateException: 'key-disabled',
  InvalidKeyUsageException: 'key-unfit',
  AuthenticationFailedException: 'credential-refused',
  AccessDeniedException: 'denied',
  KeyNotFoundException: 'key-not-found',
  InvalidUriPathException: 'invalid-path',
  ThrottlingException: 'throttled',
  UnsupportedOperationException: 'not-supported',
  DependencyTimeoutException: 'timed-out',
  InternalException: 'internal-failure',
}

/** The proxy's own `errorMessage` is not shown on: it may say anything. */
function refusalOf(errorName: unknown): Error {
  // A ciphertext that does not open is that, wherever it was tried.
  if (errorName === 'InvalidCiphertextException') return authenticationFailed()
  const known = typeof errorName === 'string' && Object.hasOwn(REFUSALS, errorName)
  return known ? proxyFailure(REFUSALS[errorName] as ProxyFailure) : invalid()
}

/** GetHealthStatus: something behind the proxy can do the work. */
export function assertHealthy(fields: Fields): void {
  const { xksProxyFleetSize, ekmFleetDetails } = fields
  for (const name of ['xksProxyVendor', 'xksProxyModel', 'ekmVendor']) {
    if (typeof fields[name] !== 'string') throw invalid()
  }
  if (!Number.isSafeInteger(xksProxyFleetSize) || (xksProxyFleetSize as number) < 0) throw invalid()
  if (!Array.isArray(ekmFleetDetails)) throw invalid()
  if (ekmFleetDetails.length === 0 || ekmFleetDetails.length > EKMS_MAX) throw invalid()
  const states = (ekmFleetDetails as readonly unknown[]).map((one) => {
    const { id, model, healthStatus } = (one ?? {}) as Fields
    if (typeof id !== 'string' || typeof model !== 'string') throw invalid()
    return healthStatus
  })
  if (states.some((state) => !['ACTIVE', 'DEGRADED', 'UNAVAILABLE'].includes(state as string))) {
    throw invalid()
  }
  if (states.every((state) => state === 'UNAVAILABLE')) throw proxyFailure('not-available')
}

/** GetKeyMetadata, as CreateKey of KMS judges it. */
export function assertFitKey({ keySpec, keyUsage, keyStatus }: Fields): void {
  if (typeof keySpec !== 'string' || !Array.isArray(keyUsage)) throw invalid()
  if (keyUsage.length > KEY_USAGES_MAX) throw invalid()
  if (keyStatus !== 'ENABLED' && keyStatus !== 'DISABLED') throw invalid()
  if (keySpec !== 'AES_256') throw proxyFailure('key-unfit')
  if (!keyUsage.includes('ENCRYPT') || !keyUsage.includes('DECRYPT')) {
    throw proxyFailure('key-unfit')
  }
  if (keyStatus !== 'ENABLED') throw proxyFailure('key-disabled')
}

/**
 * Encrypt. The integrity value is the proxy's word that what it sent can be opened again, so what arrives must
 * be just that: SHA-256(aad || metadata || iv || ciphertext || tag) (appendix C).
 */
export function parseSealed(fields: Fields, plaintextLength: number, aad: Uint8Array): ProxySealed {
  const iv = bytesOf(fields['initializationVector'])
  const ciphertext = bytesOf(fields['ciphertext'])
  const tag = bytesOf(fields['authenticationTag'])
  const given = fields['ciphertextMetadata'] ?? undefined
  const metadata = given === undefined ? new Uint8Array() : bytesOf(given)
  if (!IV_BYTES.includes(iv.length) || tag.length !== TAG_BYTES) throw invalid()
  if (ciphertext.length !== plaintextLength || metadata.length > METADATA_BYTES_MAX) throw invalid()
  const claimed = bytesOf(fields['ciphertextDataIntegrityValue'])
  const value = hash('sha256', concat(aad, metadata, iv, ciphertext, tag))
  if (!constantTimeEqual(claimed, value)) throw invalid()
  return { iv, metadata, ciphertext, tag }
}

/** Decrypt: of the same length as the ciphertext, and for the rest to be proved by whoever sealed it. */
export function parseOpened(fields: Fields, ciphertextLength: number): Uint8Array {
  const plaintext = bytesOf(fields['plaintext'])
  if (plaintext.length !== ciphertextLength) throw invalid()
  return plaintext
}

function bytesOf(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw invalid()
  try {
    return decodeBase64(value)
  } catch (cause) {
    throw proxyFailure('invalid-response', cause)
  }
}

import { encodeHex } from '@claviger/bytes'
import { canonicalRequest } from './canonical-request.ts'
import { ALGORITHM, type HttpRequest, type SigV4Crypto } from './signed-request.ts'
import { credentialScope, deriveSigningKey, stringToSign } from './signing-key.ts'
import { formatTimestamp } from './timestamp.ts'

export interface SigningOptions {
  readonly accessKeyId: string
  readonly secret: Uint8Array
  readonly sessionToken?: string
  readonly region: string
  readonly service: string
  /** Milliseconds since the Epoch. */
  readonly now: number
}

/** Carried by every hop, changed by any of them: not to be signed. */
const UNSIGNED = new Set([
  'authorization',
  'connection',
  'expect',
  'transfer-encoding',
  'user-agent',
])

/**
 * Signs a request: what must be sent beside its own headers, by lower-case name. `host` must be among its own.
 */
export function signRequest(
  crypto: SigV4Crypto,
  request: HttpRequest,
  { accessKeyId, secret, sessionToken, region, service, now }: SigningOptions,
): Readonly<Record<string, string>> {
  const timestamp = formatTimestamp(now)
  const scope = { date: timestamp.slice(0, 8), region, service }
  const added = {
    'x-amz-date': timestamp,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  }
  const headers = { ...request.headers, ...added }
  const signedHeaders = Object.keys(headers)
    .filter((name) => !UNSIGNED.has(name))
    .sort()
  const payloadHash = crypto.sha256Hex(request.body)
  const text = stringToSign(
    crypto,
    timestamp,
    credentialScope(scope),
    canonicalRequest({ ...request, headers }, signedHeaders, payloadHash),
  )
  const key = deriveSigningKey(crypto, secret, scope)
  const signature = encodeHex(crypto.hmacSha256(key, text))
  key.fill(0)
  const credential = `${accessKeyId}/${credentialScope(scope)}`
  return {
    ...added,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`,
  }
}

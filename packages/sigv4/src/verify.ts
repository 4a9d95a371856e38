// Strict verification of Signature Version 4 in headers. Refused, though AWS knows them elsewhere: signatures in
// the query, unsigned and chunked payloads, and version 4a.
import { decodeHex } from '@claviger/bytes'
import { type Authorization, parseAuthorization } from './authorization.ts'
import { canonicalRequest } from './canonical-request.ts'
import { SigV4Error } from './error.ts'
import type { Headers, HttpRequest, SigV4Crypto } from './signed-request.ts'
import { credentialScope, stringToSign } from './signing-key.ts'
import { formatTimestamp, requestTimestamp, type Timestamp } from './timestamp.ts'

const SKEW_MINUTES = 15
const SKEW_MS = SKEW_MINUTES * 60_000
/** Signed with every request; `x-amz-…` are too, see `assertCovered`. */
const HOST = 'host'
const AMAZON = 'x-amz-'
const QUERY_SIGNATURE = /[?&](?:X-Amz-Signature|X-Amz-Algorithm|X-Amz-Credential)=/i

export interface VerificationRules {
  /** `kms`, `kms-xks-proxy`: the only one accepted. */
  readonly service: string
  /** Milliseconds since the Epoch. */
  readonly now: number
}

/** A request whose signature has everything it must, and is still to be proved. */
export interface SignatureClaim extends Authorization {
  /** As it is signed: `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string
}

/** Reads a signature and checks all that can be checked without the secret. */
export function claimedSignature(
  { target, headers }: Pick<HttpRequest, 'target' | 'headers'>,
  { service, now }: VerificationRules,
): SignatureClaim {
  const { authorization } = headers
  if (authorization === undefined) {
    if (QUERY_SIGNATURE.test(target)) {
      throw new SigV4Error(
        'incomplete',
        'signatures in the query are not accepted; sign the request in its Authorization header',
      )
    }
    throw new SigV4Error('missing', 'Missing Authentication Token')
  }
  if (typeof authorization !== 'string') {
    throw new SigV4Error('incomplete', 'there is more than one Authorization header')
  }
  const claim = parseAuthorization(authorization)
  const timestamp = requestTimestamp(headers)
  assertScope(claim, service, timestamp)
  assertCovered(headers, claim.signedHeaders, timestamp.header)
  assertCurrent(timestamp, now)
  return { ...claim, timestamp: timestamp.text }
}

/** Proves a claim, or throws `mismatch`, whatever it is that differs. */
export function verifySignature(
  crypto: SigV4Crypto,
  claim: SignatureClaim,
  signingKey: Uint8Array,
  request: HttpRequest,
): void {
  const payloadHash = crypto.sha256Hex(request.body)
  // A literal here (`UNSIGNED-PAYLOAD`, `STREAMING-…`) would let the body be anything.
  const declared = request.headers['x-amz-content-sha256']
  if (declared !== undefined && declared !== payloadHash) throw mismatch()
  const text = stringToSign(
    crypto,
    claim.timestamp,
    credentialScope(claim),
    canonicalRequest(request, claim.signedHeaders, payloadHash),
  )
  const expected = crypto.hmacSha256(signingKey, text)
  if (!crypto.equal(expected, decodeHex(claim.signature))) throw mismatch()
}

function mismatch(): SigV4Error {
  return new SigV4Error(
    'mismatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  )
}

function assertScope(claim: Authorization, service: string, { text }: Timestamp): void {
  if (claim.service !== service) {
    throw new SigV4Error(
      'out-of-scope',
      `Credential should be scoped to correct service: '${service}'.`,
    )
  }
  const date = text.slice(0, 8)
  if (claim.date !== date) {
    throw new SigV4Error(
      'out-of-scope',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.date}' != '${date}', from '${text}'.`,
    )
  }
}

/** What is not signed, somebody on the way could have put there. */
function assertCovered(headers: Headers, signed: readonly string[], dateHeader: string): void {
  const assertSigned = (name: string): void => {
    if (signed.includes(name)) return
    throw new SigV4Error(
      'out-of-scope',
      `'${name}' must be a 'SignedHeader' in the AWS Authorization.`,
    )
  }
  assertSigned(HOST)
  assertSigned(dateHeader)
  for (const name in headers) {
    if (name.startsWith(AMAZON) && headers[name] !== undefined) assertSigned(name)
  }
}

function assertCurrent({ text, at }: Timestamp, now: number): void {
  if (at < now - SKEW_MS) {
    throw new SigV4Error(
      'not-current',
      `Signature expired: ${text} is now earlier than ${formatTimestamp(now - SKEW_MS)} (${formatTimestamp(now)} - ${SKEW_MINUTES} min.)`,
    )
  }
  if (at > now + SKEW_MS) {
    throw new SigV4Error(
      'not-current',
      `Signature not yet current: ${text} is still later than ${formatTimestamp(now + SKEW_MS)} (${formatTimestamp(now)} + ${SKEW_MINUTES} min.)`,
    )
  }
}

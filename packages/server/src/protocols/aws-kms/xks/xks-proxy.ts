import {
  type Instant,
  isKeeperError,
  type Keeper,
  type RequestContext,
  type Session,
} from '@claviger/core'
import { type Headers, requestTimestamp, SigV4Error } from '@claviger/sigv4'
import type { AwsCrypto } from '../crypto-port.ts'
import { decryptCall, encryptCall, keyMetadata, type XksCall } from './xks-calls.ts'
import { XksError, xksErrorOf } from './xks-error.ts'
import { parseXksPath, type XksTarget } from './xks-path.ts'
import {
  assertKeyRequest,
  parseDecryptRequest,
  parseEncryptRequest,
  parseXksBody,
  type XksRequestMetadata,
} from './xks-request.ts'

export interface XksPorts {
  readonly keeper: Keeper
  readonly crypto: Pick<AwsCrypto, 'sha256'>
  /** `[aws] xks-prefix`: what stands before `/kms/xks/v1`. */
  readonly prefix: string
  readonly version: string
  readonly now: () => Instant
  /** Unsealed, and the log accepts: an encryption asked for now would be done. */
  isReady(): boolean
  /** Tells the operator of a fault; answers with the incident that the caller is told. */
  report(error: unknown): string
}

/** One HTTP request, with its body read and its signature not yet looked at. */
export interface XksRequest {
  readonly method: string
  /** Of the request target, without a query. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Headers
  readonly body: Uint8Array
  readonly peer: string
  /** Verifies the signature for service `kms-xks-proxy`; throws when it is not good. */
  readonly authenticate: () => Session | Promise<Session>
}

export interface XksAnswer {
  readonly status: number
  /** JSON; empty for a method that is not POST. */
  readonly body: string
}

/** A clock may be off by this much ("more than 5 minutes … SHOULD fail authentication"). */
const SKEW_MS = 300_000

const VENDOR = 'Claviger'
const REQUEST_ID_LENGTH_MAX = 128

/** Answers one call of the External Key Store Proxy API (1.0.3); never throws. */
export async function answerXks(ports: XksPorts, request: XksRequest): Promise<XksAnswer> {
  try {
    const target = parseXksPath(request.path, ports.prefix)
    // "MUST reject the request with a 405 Method Not Allowed error"; the table has no name for it.
    if (request.method !== 'POST') return { status: 405, body: '' }
    const session = await authenticated(ports, request)
    const answer = await answerCall(ports, request, session, target)
    return { status: 200, body: JSON.stringify(answer) }
  } catch (error) {
    return refusal(ports, error)
  }
}

/** Whoever may come in with a signature of the last minutes. */
async function authenticated(
  { now }: XksPorts,
  { authenticate, headers }: XksRequest,
): Promise<Session> {
  try {
    const session = await authenticate()
    if (Math.abs(requestTimestamp(headers).at - now()) <= SKEW_MS) return session
  } catch (error) {
    if (!(error instanceof SigV4Error)) throw error
  }
  throw new XksError(
    'AuthenticationFailedException',
    'the signature is not good; check the access key, the clock and the service, kms-xks-proxy',
  )
}

async function answerCall(
  ports: XksPorts,
  { body, peer }: XksRequest,
  session: Session,
  target: XksTarget,
): Promise<object> {
  const { fields, request } = parseXksBody(body)
  if (target.operation === 'health') return healthStatus(ports)
  assertKeyRequest(request, target.operation !== 'metadata')
  const { keeper, crypto } = ports
  const context = contextOf(request, peer)
  const call: XksCall = { keeper, crypto, session, key: target.externalKeyId, request: context }
  switch (target.operation) {
    case 'metadata':
      return keyMetadata(call)
    case 'encrypt':
      return encryptCall(call, parseEncryptRequest(fields))
    case 'decrypt':
      return decryptCall(call, parseDecryptRequest(fields))
  }
}

/** The log's entry names the call to KMS, so that it is found again in CloudTrail ("SHOULD log this field"). */
function contextOf({ kmsRequestId }: XksRequestMetadata, peer: string): RequestContext {
  const requestId = kmsRequestId.replace(/[^\x20-\x7e]/g, '?').slice(0, REQUEST_ID_LENGTH_MAX)
  return { protocol: 'aws-xks', peer, ...(requestId !== '' && { requestId }) }
}

/** One process on one machine: a fleet of one. */
function healthStatus(ports: XksPorts): object {
  if (!ports.isReady()) {
    throw new XksError('InternalException', 'the keeper is sealed, or its log does not accept')
  }
  const model = `${VENDOR} ${ports.version}`
  return {
    xksProxyFleetSize: 1,
    xksProxyVendor: VENDOR,
    xksProxyModel: model,
    ekmVendor: VENDOR,
    ekmFleetDetails: [{ id: 'keeper', model, healthStatus: 'ACTIVE' }],
  }
}

function refusal(ports: XksPorts, error: unknown): XksAnswer {
  const known =
    error instanceof XksError
      ? error
      : isKeeperError(error)
        ? xksErrorOf(error)
        : new XksError('InternalException', `an internal error, incident ${ports.report(error)}`)
  return { status: known.status, body: known.body }
}

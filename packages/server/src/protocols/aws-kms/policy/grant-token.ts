import {
  BytesError,
  concat,
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  encodeUtf8,
} from '@claviger/bytes'
import type { AwsCall } from '../call.ts'
import type { AwsCrypto } from '../crypto-port.ts'
import { AwsError } from '../error.ts'
import { type Grant, grantName } from './grant.ts'
import { grantOf } from './key-rules.ts'

const VERSION = 1
const ID = 32
const NONCE = 16
const TAG = 32
const LENGTH = 1 + ID + NONCE + TAG
const LABEL = encodeUtf8('claviger/aws-kms/grant-token/v1')

/** `0x01 || grant id || nonce || HMAC-SHA-256(the grant's secret, label || id || nonce)`, in base64. */
export function writeGrantToken(
  crypto: AwsCrypto,
  { id, tokenSecret }: Pick<Grant, 'id' | 'tokenSecret'>,
): string {
  const named = concat(decodeHex(id), crypto.randomBytes(NONCE))
  return encodeBase64(concat(Uint8Array.of(VERSION), named, tagOf(crypto, tokenSecret, named)))
}

function tagOf(crypto: AwsCrypto, secret: string, named: Uint8Array): Uint8Array {
  return crypto.hmacSha256(decodeBase64(secret), concat(LABEL, named))
}

const invalidToken = (): AwsError =>
  new AwsError('InvalidGrantTokenException', 'Invalid grant token.')

/** The grant a token names, in the region of the call; `InvalidGrantTokenException` for any other text. */
export async function readGrantToken(
  call: AwsCall,
  token: string,
): Promise<NonNullable<Awaited<ReturnType<typeof storedGrant>>>> {
  let bytes: Uint8Array
  try {
    bytes = decodeBase64(token)
  } catch (error) {
    if (error instanceof BytesError) throw invalidToken()
    throw error
  }
  if (bytes.length !== LENGTH || bytes[0] !== VERSION) throw invalidToken()
  const named = bytes.subarray(1, 1 + ID + NONCE)
  const stored = await storedGrant(call, encodeHex(named.subarray(0, ID)))
  if (stored === undefined) throw invalidToken()
  const { crypto } = call.ports
  const tag = tagOf(crypto, grantOf(stored).tokenSecret, named)
  if (!crypto.equal(tag, bytes.subarray(1 + ID + NONCE))) throw invalidToken()
  return stored
}

export function storedGrant({ ports, session, region }: AwsCall, id: string) {
  return ports.keeper.attachments.get(session.tenant, grantName(region, id))
}

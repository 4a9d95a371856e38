// Steps 2 to 4 of Signature Version 4: the string to sign, the signing key, the signature.
import { concat, encodeUtf8 } from '@claviger/bytes'
import { ALGORITHM, type CredentialScope, type SigV4Crypto, TERMINATOR } from './signed-request.ts'

const PREFIX = encodeUtf8('AWS4')

/**
 * HMAC(HMAC(HMAC(HMAC("AWS4" || secret, date), region), service), "aws4_request"): good for one day, one
 * region and one service, so it is worth keeping.
 */
export function deriveSigningKey(
  crypto: Pick<SigV4Crypto, 'hmacSha256'>,
  secret: Uint8Array,
  { date, region, service }: CredentialScope,
): Uint8Array {
  let key = concat(PREFIX, secret)
  for (const part of [date, region, service, TERMINATOR]) {
    const next = crypto.hmacSha256(key, part)
    key.fill(0)
    key = next
  }
  return key
}

export function credentialScope({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/${TERMINATOR}`
}

/** @param timestamp `YYYYMMDDTHHMMSSZ` */
export function stringToSign(
  crypto: Pick<SigV4Crypto, 'sha256Hex'>,
  timestamp: string,
  scope: string,
  request: string,
): string {
  return `${ALGORITHM}\n${timestamp}\n${scope}\n${crypto.sha256Hex(request)}`
}

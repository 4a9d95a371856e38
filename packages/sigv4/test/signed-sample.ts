import { encodeUtf8 } from '@claviger/bytes'
import { HttpRequest as SmithyRequest } from '@smithy/core/protocols'
import { SignatureV4 } from '@smithy/signature-v4'
import type { HttpRequest } from '../src/index.ts'
import { SmithySha256 } from './smithy-sha256.ts'

export const NOW = Date.parse('2026-11-24T12:00:00Z')
export const REGION = 'eu-central-1'
export const SERVICE = 'kms'

export interface SampleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export const CREDENTIALS: SampleCredentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

export interface SampleOptions {
  readonly credentials?: SampleCredentials
  readonly body?: string
  readonly action?: string
  readonly region?: string
  readonly service?: string
  readonly at?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A call of KMS as `@aws-sdk/client-kms` signs it: by its own signer, of which none of ours is part. */
export async function sdkRequest({
  credentials = CREDENTIALS,
  body = '{"KeyId":"alias/payments","Plaintext":"aGVsbG8="}',
  action = 'Encrypt',
  region = REGION,
  service = SERVICE,
  at = NOW,
  headers = {},
}: SampleOptions = {}): Promise<HttpRequest> {
  const signer = new SignatureV4({
    credentials,
    region,
    service,
    sha256: SmithySha256,
    applyChecksum: true,
  })
  const request = new SmithyRequest({
    method: 'POST',
    protocol: 'https:',
    hostname: 'keeper.example',
    path: '/',
    headers: {
      host: 'keeper.example:8420',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${action}`,
      'content-length': String(body.length),
      ...headers,
    },
    body,
  })
  const signed = await signer.sign(request, { signingDate: new Date(at) })
  return {
    method: 'POST',
    target: '/',
    headers: Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: encodeUtf8(body),
  }
}

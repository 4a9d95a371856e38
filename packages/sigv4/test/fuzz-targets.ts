// What a mutation fuzzer runs: each parser either returns or throws this package's error.
import { encodeUtf8 } from '@claviger/bytes'
import { canonicalRequest, parseAuthorization, requestTimestamp, SigV4Error } from '../src/index.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const isExpected = (error: unknown): boolean => error instanceof SigV4Error
/** Header values are latin1 where Node has read them. */
const asText = (input: Uint8Array): string => Buffer.from(input).toString('latin1')

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'sigv4 authorization',
    seeds: [
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/kms/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${'0a'.repeat(32)}`,
      'AWS4-HMAC-SHA256 Credential=a/20261124/r/s/aws4_request,SignedHeaders=host,Signature=',
      '',
    ].map(encodeUtf8),
    parse: (input) => void parseAuthorization(asText(input)),
    isExpected,
  },
  {
    name: 'sigv4 canonical request',
    seeds: ['/', '//a/./b/../%41?b=1&a=%20&a', '/kms/xks/v1/keys/a/metadata', '/?%zz'].map(
      encodeUtf8,
    ),
    parse(input) {
      const target = asText(input)
      const request = { method: 'POST', target, headers: { host: target } }
      void canonicalRequest(request, ['host'], '')
    },
    isExpected,
  },
  {
    name: 'sigv4 timestamp',
    seeds: ['20261124T120000Z', 'Tue, 24 Nov 2026 12:00:00 GMT'].map(encodeUtf8),
    parse(input) {
      const text = asText(input)
      void requestTimestamp(text.length % 2 === 0 ? { 'x-amz-date': text } : { date: text })
    },
    isExpected,
  },
]

import { decodeUtf8 } from '@claviger/bytes'
import { encodeCiphertext } from '@claviger/envelope'
import { readBlob } from '../../../src/protocols/aws-kms/ciphertext-blob.ts'
import { readContext } from '../../../src/protocols/aws-kms/encryption-context.ts'
import { AwsError } from '../../../src/protocols/aws-kms/error.ts'
import type { Input } from '../../../src/protocols/aws-kms/members.ts'
import { readGrantWish } from '../../../src/protocols/aws-kms/policy/grant-input.ts'
import { parsePolicy } from '../../../src/protocols/aws-kms/policy/policy-document.ts'
import { decodeCiphertextMetadata } from '../../../src/protocols/aws-kms/xks/ciphertext-metadata.ts'
import { XksError } from '../../../src/protocols/aws-kms/xks/xks-error.ts'
import {
  parseDecryptRequest,
  parseEncryptRequest,
  parseXksBody,
} from '../../../src/protocols/aws-kms/xks/xks-request.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const bytesOf = (...texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => new Uint8Array(Buffer.from(text)))

const isAwsError = (error: unknown): boolean => error instanceof AwsError
const isXksError = (error: unknown): boolean => error instanceof XksError

/** Text as it comes to a parser that is given a string: what is no UTF-8 came as something else. */
function textOf(input: Uint8Array): string {
  try {
    return decodeUtf8(input)
  } catch {
    return Buffer.from(input).toString('latin1')
  }
}

/** An object, as the wire gives it to actions. */
function objectOf(input: Uint8Array): Input {
  try {
    const value: unknown = JSON.parse(textOf(input))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Input
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { Constraints: textOf(input), Operations: [textOf(input)] }
}

const POLICIES = bytesOf(
  '{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","111122223333"]},"Action":"kms:*","Resource":"*"}]}',
  '{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"NotAction":["kms:De?rypt","kms:List*"],"Resource":"*","Condition":{"StringLikeIfExists":{"kms:EncryptionContext:a":["x*","${aws:username}"]},"Bool":{"aws:SecureTransport":"false"}}}}',
  '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["kms:Encrypt"],"Resource":["*"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":[]},"IpAddress":{"aws:SourceIp":"2001:db8::/32"},"NumericLessThan":{"kms:RotationPeriodInDays":9e2},"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"Null":{"kms:ViaService":true}}}]}',
)

const BLOB = encodeCiphertext({
  kind: 'ciphertext',
  mechanism: 'aes-gcm',
  key: '0198a5d0-0000-7000-8000-000000000001',
  version: 3,
  iv: new Uint8Array(12),
  ciphertext: new Uint8Array(32),
})

const XKS_BODIES = bytesOf(
  '{"requestMetadata":{"awsPrincipalArn":"arn:aws:iam::1:user/a","kmsOperation":"Encrypt","kmsRequestId":"1","kmsKeyArn":"arn:aws:kms:r:1:key/k"},"plaintext":"AAAA","encryptionAlgorithm":"AES_GCM","additionalAuthenticatedData":"AA==","ciphertextDataIntegrityValueAlgorithm":"SHA_256"}',
  '{"requestMetadata":{"kmsOperation":"Decrypt","kmsRequestId":"1"},"ciphertext":"AAAA","encryptionAlgorithm":"AES_GCM","ciphertextMetadata":"AQAAAAE=","initializationVector":"AAAAAAAAAAAAAAAA","authenticationTag":"AAAAAAAAAAAAAAAAAAAAAA=="}',
)

/** What AWS's clients and others send, before anything is looked up. */
export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'aws/key policy',
    seeds: POLICIES,
    parse: (input) => void parsePolicy(textOf(input), 'key'),
    isExpected: isAwsError,
  },
  {
    name: 'aws/identity policy',
    seeds: POLICIES,
    parse: (input) => void parsePolicy(textOf(input), 'identity'),
    isExpected: isAwsError,
  },
  {
    name: 'aws/ciphertext blob',
    seeds: [BLOB],
    parse: (input) => void readBlob(input),
    isExpected: isAwsError,
  },
  {
    name: 'aws/encryption context',
    seeds: bytesOf('{"EncryptionContext":{"a":"b","__proto__":"c","\\u00e4":""}}'),
    parse: (input) => void readContext(objectOf(input), 'EncryptionContext'),
    isExpected: isAwsError,
  },
  {
    name: 'aws/grant',
    seeds: bytesOf(
      '{"KeyId":"k","GranteePrincipal":"arn:aws:iam::111122223333:user/b","Operations":["Encrypt"],"Name":"n","Constraints":{"EncryptionContextSubset":{"a":"b"},"EncryptionContextEquals":{"c":"d"}}}',
    ),
    parse: (input) => void readGrantWish(objectOf(input)),
    isExpected: isAwsError,
  },
  {
    name: 'xks/request',
    seeds: XKS_BODIES,
    parse: (input) => {
      const { fields } = parseXksBody(input)
      if (fields['ciphertext'] === undefined) parseEncryptRequest(fields)
      else parseDecryptRequest(fields)
    },
    isExpected: isXksError,
  },
  {
    name: 'xks/ciphertext metadata',
    seeds: [Uint8Array.of(1, 0, 0, 0, 1)],
    parse: (input) => void decodeCiphertextMetadata(input),
    isExpected: isXksError,
  },
]

import { decodeBase64, encodeUtf8 } from '@claviger/bytes'
import { isKeeperError } from '@claviger/core'
import { certificateFingerprint } from '../../src/authenticate/certificate-fingerprint.ts'
import { assertTokenText, createToken } from '../../src/authenticate/token-text.ts'
import { CERTIFICATE_PEM } from './sample-certificate.ts'

const DER = decodeBase64(CERTIFICATE_PEM.replaceAll(/-----[A-Z ]+-----|\s/g, ''))

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  /** Whether the error is one that the parser may throw. */
  isExpected(error: unknown): boolean
}

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'token text',
    seeds: [encodeUtf8(createToken().secret), encodeUtf8('clv_'), encodeUtf8('')],
    parse: (input) => assertTokenText(Buffer.from(input).toString('latin1')),
    isExpected: (error) => isKeeperError(error) && error.code === 'unauthenticated',
  },
  {
    name: 'certificate to fingerprint',
    seeds: [
      encodeUtf8(CERTIFICATE_PEM),
      DER,
      new Uint8Array([0x30, 3, 0x30, 1, 0]),
      new Uint8Array(),
    ],
    parse: (input) => void certificateFingerprint(input),
    isExpected: (error) =>
      isKeeperError(error) && (error.code === 'invalid-input' || error.code === 'too-large'),
  },
]

import { encode } from 'cborg'
import { attestationCrypto } from '../../../../src/attestation-crypto.ts'
import type { AttestationCrypto } from '../../../../src/protocols/aws-kms/attestation/attestation-crypto.ts'
import { parseAttestation } from '../../../../src/protocols/aws-kms/attestation/attestation-document.ts'
import { verifyChain } from '../../../../src/protocols/aws-kms/attestation/certificate-chain.ts'
import { AwsError } from '../../../../src/protocols/aws-kms/error.ts'
import { CERTIFICATE_PEM } from '../../../authenticate/sample-certificate.ts'

const DER = new Uint8Array(
  Buffer.from(CERTIFICATE_PEM.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64'),
)

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  /** Whether the error is one that the parser may throw. */
  isExpected(error: unknown): boolean
}

const PAYLOAD = encode(
  new Map<string, unknown>([
    ['module_id', 'i-0abc-enc0123'],
    ['digest', 'SHA384'],
    ['timestamp', 1_780_000_000_000],
    ['pcrs', new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48)]))],
    ['certificate', DER],
    ['cabundle', [DER, DER, DER]],
    ['public_key', new Uint8Array(294)],
    ['user_data', null],
    ['nonce', new Uint8Array(8)],
  ]),
)
const documentOf = (payload: Uint8Array): Uint8Array =>
  encode([encode(new Map([[1, -35]])), new Map(), payload, new Uint8Array(96)])
const DOCUMENT = documentOf(PAYLOAD)

/** As if every certificate were valid and signed, so that the extensions of anything are read. */
const credulous: AttestationCrypto = {
  ...attestationCrypto,
  isIssuedBy: () => true,
  readCertificate: (der) => {
    const reading = attestationCrypto.readCertificate(der)
    const signatureAlgorithm = '1.2.840.10045.4.3.3'
    return reading && { ...reading, notBefore: 0, notAfter: 1, signatureAlgorithm }
  },
}

const isExpected = (error: unknown): boolean =>
  error instanceof AwsError && error.exception === 'ValidationException'

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'attestation document',
    seeds: [
      DOCUMENT,
      Uint8Array.of(0xd2, ...DOCUMENT),
      new Uint8Array([0x84, 0x44, 0xa1, 1, 0x38, 0x22, 0xa0, 0x41, 0xa0, 0x40]),
      new Uint8Array([0x9f, 0xbf, 0xff, 0xff]),
      new Uint8Array(),
    ],
    parse: (input) => void parseAttestation(input),
    isExpected,
  },
  {
    name: "attestation document's fields",
    seeds: [PAYLOAD, PAYLOAD.subarray(-40), encode(new Map([['pcrs', new Map([[0, PAYLOAD]])]]))],
    parse: (input) => void parseAttestation(documentOf(input)),
    isExpected,
  },
  {
    name: "attestation document's certificate",
    seeds: [DER, new Uint8Array([0x30, 0x80, 0, 0]), new Uint8Array()],
    parse: (input) => void verifyChain(credulous, { chain: [input, DER], roots: [input], now: 1 }),
    isExpected,
  },
]

import type { CertificateFacts } from './managed-object.ts'

export interface ParsedCertificate {
  readonly facts: Omit<CertificateFacts, 'key' | 'keyVersion'>
  /** Base64 of the SubjectPublicKeyInfo it certifies. */
  readonly publicKey: string
  /** The certificate in DER, whatever form it came in. */
  readonly der: Uint8Array
}

/** Reads X.509 certificates; core knows no wire format. */
export interface CertificateReader {
  /** DER or PEM of one certificate; `invalid-input` when it is not one. */
  parse(data: Uint8Array): ParsedCertificate
}

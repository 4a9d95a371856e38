import { X509Certificate } from 'node:crypto'
import { encodeBase64 } from '@claviger/bytes'
import { CryptoError } from './error.ts'

const CERTIFICATE_BYTES_MAX = 256 * 1024

/** What an X.509 certificate says of itself (RFC 5280 §4.1); nothing of it is verified here. */
export interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  /** Upper-case hex, as in the certificate. */
  readonly serial: string
  /** Milliseconds since the Epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string
  /** Base64 of the SubjectPublicKeyInfo. */
  readonly publicKey: string
  /** Of the signature on the certificate, dotted. */
  readonly signatureAlgorithm: string
  readonly der: Uint8Array
  /** DNS names and addresses, without their kinds. */
  readonly alternativeNames: readonly string[]
}

/** Parses one certificate in DER or PEM; `invalid-input` when it is not one. */
export function certificateFacts(data: Uint8Array): CertificateFacts {
  const certificate = parse(data)
  try {
    return {
      subject: certificate.subject ?? '',
      issuer: certificate.issuer ?? '',
      serial: certificate.serialNumber,
      notBefore: certificate.validFromDate.getTime(),
      notAfter: certificate.validToDate.getTime(),
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      publicKey: encodeBase64(certificate.publicKey.export({ type: 'spki', format: 'der' })),
      signatureAlgorithm: certificate.signatureAlgorithmOid,
      der: new Uint8Array(certificate.raw),
      alternativeNames: alternativeNames(certificate.subjectAltName),
    }
  } catch {
    throw notOne()
  }
}

/**
 * Whether `issuer` issued the certificate: its subject, key identifier and usage fit (RFC 5280 §6.1.3 (a)),
 * and its key made the signature. Dates, constraints and trust are the caller's to look at.
 */
export function isCertificateIssuedBy(data: Uint8Array, issuer: Uint8Array): boolean {
  const certificate = parse(data)
  const authority = parse(issuer)
  try {
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch {
    // A key that OpenSSL cannot read has signed nothing.
    return false
  }
}

function parse(data: Uint8Array): X509Certificate {
  if (data.length > CERTIFICATE_BYTES_MAX) {
    throw new CryptoError(
      'invalid-input',
      `a certificate has at most ${CERTIFICATE_BYTES_MAX} bytes`,
    )
  }
  try {
    return new X509Certificate(data)
  } catch {
    throw notOne()
  }
}

const notOne = (): CryptoError => new CryptoError('invalid-input', 'this is no X.509 certificate')

/** OpenSSL prints `DNS:name, IP Address:1.2.3.4`, and IPv6 without shortening. */
function alternativeNames(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  return text.split(', ').map((entry) => {
    const value = entry.slice(entry.indexOf(':') + 1)
    return entry.startsWith('IP Address:') && value.includes(':')
      ? new URL(`http://[${value}]/`).hostname.slice(1, -1)
      : value
  })
}

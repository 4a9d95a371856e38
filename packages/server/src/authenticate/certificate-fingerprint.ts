import { decodeBase64, decodeUtf8 } from '@claviger/bytes'
import { KeeperError } from '@claviger/core'
import { hashHex } from '@claviger/crypto'

const CERTIFICATE_BYTES_MAX = 64 * 1024
const PEM = /^\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/

const SEQUENCE = 0x30
const INTEGER = 0x02
const BIT_STRING = 0x03
const VERSION = 0xa0

/**
 * SHA-256 of the certificate's DER, lower-case hex: what TLS shows of a peer. Only the outer shape of the
 * certificate is read (RFC 5280 §4.1): TLS verifies the rest when it is presented.
 */
export function certificateFingerprint(certificate: Uint8Array): string {
  if (certificate.length > CERTIFICATE_BYTES_MAX) {
    throw new KeeperError('too-large', `a certificate has at most ${CERTIFICATE_BYTES_MAX} bytes`)
  }
  const der = certificate[0] === SEQUENCE ? certificate : fromPem(certificate)
  if (!isCertificate(der)) throw notCertificate()
  return hashHex('sha256', der)
}

function fromPem(bytes: Uint8Array): Uint8Array {
  try {
    const match = PEM.exec(decodeUtf8(bytes))
    if (match?.[1] !== undefined) return decodeBase64(match[1].replaceAll(/[\r\n]/g, ''))
  } catch {
    // Neither UTF-8 nor base64: told below.
  }
  throw notCertificate()
}

function notCertificate(): KeeperError {
  return new KeeperError('invalid-input', 'give one X.509 certificate, in PEM or DER')
}

/** Certificate ::= SEQUENCE { SEQUENCE { [0] version, INTEGER serialNumber, … }, SEQUENCE, BIT STRING } */
function isCertificate(der: Uint8Array): boolean {
  const whole = elements(der, 0, der.length)
  if (whole?.length !== 1 || whole[0]?.tag !== SEQUENCE) return false
  const [certificate] = whole
  const parts = elements(der, certificate.start, certificate.end)
  if (parts?.map(({ tag }) => tag).join() !== [SEQUENCE, SEQUENCE, BIT_STRING].join()) return false
  const [signed] = parts
  if (signed === undefined) return false
  const fields = elements(der, signed.start, signed.end)?.map(({ tag }) => tag) ?? []
  if (fields[0] === VERSION) fields.shift()
  // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo.
  return [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE].every(
    (tag, index) => fields[index] === tag,
  )
}

interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** The DER elements that fill `start` to `end` exactly; undefined when they do not. */
function elements(der: Uint8Array, start: number, end: number): readonly Element[] | undefined {
  const found: Element[] = []
  for (let at = start; at < end; ) {
    const element = elementAt(der, at, end)
    if (element === undefined) return undefined
    found.push(element)
    at = element.end
  }
  return found
}

/** One element with a one-byte tag and a definite, minimal length (X.690 §10.1). */
function elementAt(der: Uint8Array, at: number, end: number): Element | undefined {
  const tag = der[at]
  const first = der[at + 1]
  if (tag === undefined || first === undefined || at + 2 > end) return undefined
  if (first < 0x80)
    return at + 2 + first <= end ? { tag, start: at + 2, end: at + 2 + first } : undefined
  const count = first & 0x7f
  if (count === 0 || count > 3) return undefined
  let length = 0
  for (let index = 0; index < count; index++) length = length * 256 + (der[at + 2 + index] ?? 0)
  const start = at + 2 + count
  const minimal = length >= 0x80 && length >= 256 ** (count - 1)
  return minimal && start + length <= end ? { tag, start, end: start + length } : undefined
}

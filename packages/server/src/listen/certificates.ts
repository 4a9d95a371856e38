import { isIP } from 'node:net'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'

/*
 * The keeper's own CA and server certificate, so that a first start needs nothing else (RFC 5280). Loaded
 * only when a certificate has to be made.
 */

const DAY_MS = 86_400_000
const CA_DAYS = 3_650
/** CA/Browser Forum ballot SC-081 is shorter still; it is renewed by itself anyway. */
const SERVER_DAYS = 397
/** Clients' clocks are not always right. */
const BACKDATE_MS = 3_600_000
const P256 = { name: 'ECDSA', namedCurve: 'P-256' }

/** PEM of a certificate and of its private key (PKCS#8). */
export interface CertifiedKey {
  readonly certificate: string
  readonly privateKey: string
}

/** A fresh self-signed CA that may sign end-entity certificates only. */
export async function makeAuthority(commonName: string, now: number): Promise<CertifiedKey> {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify'])
  const certificate = blank(commonName, commonName, now, CA_DAYS)
  certificate.extensions = [
    extension('2.5.29.19', new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
    keyUsage(0x06),
  ]
  return sign(certificate, keys, keys.privateKey)
}

/** A server certificate for names and addresses, signed by the CA. */
export async function makeServerCertificate(
  authority: CertifiedKey,
  names: readonly string[],
  now: number,
): Promise<CertifiedKey> {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify'])
  const issuer = pkijs.Certificate.fromBER(fromPem(authority.certificate))
  const certificate = blank(names[0] ?? 'localhost', '', now, SERVER_DAYS)
  certificate.issuer = issuer.subject
  // A certificate that outlives its issuer fails before it says so.
  const issuerEnd = issuer.notAfter.value
  if (issuerEnd < certificate.notAfter.value) certificate.notAfter.value = issuerEnd
  const alternatives = new pkijs.GeneralNames({ names: names.map(alternativeName) })
  const serverAuth = new pkijs.ExtKeyUsage({ keyPurposes: ['1.3.6.1.5.5.7.3.1'] })
  certificate.extensions = [
    extension('2.5.29.19', new pkijs.BasicConstraints({ cA: false }), true),
    keyUsage(0x80),
    extension('2.5.29.37', serverAuth, false),
    extension('2.5.29.17', alternatives, false),
  ]
  const signer = await crypto.subtle.importKey(
    'pkcs8',
    fromPem(authority.privateKey),
    P256,
    false,
    ['sign'],
  )
  return sign(certificate, keys, signer, issuer)
}

function blank(subject: string, issuer: string, now: number, days: number): pkijs.Certificate {
  const certificate = new pkijs.Certificate()
  certificate.version = 2
  const serial = crypto.getRandomValues(new Uint8Array(16))
  // A positive number of full length (RFC 5280 §4.1.2.2).
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40
  certificate.serialNumber = new asn1js.Integer({ valueHex: serial.buffer })
  certificate.subject.typesAndValues.push(name(subject))
  if (issuer !== '') certificate.issuer.typesAndValues.push(name(issuer))
  certificate.notBefore.value = new Date(now - BACKDATE_MS)
  certificate.notAfter.value = new Date(now + days * DAY_MS)
  return certificate
}

function name(commonName: string): pkijs.AttributeTypeAndValue {
  return new pkijs.AttributeTypeAndValue({
    type: '2.5.4.3',
    value: new asn1js.Utf8String({ value: commonName.slice(0, 64) }),
  })
}

/** RFC 7093 §2 (1): the leftmost 160 bits of the SHA-256 of the public key's bits. */
async function keyIdentifier(info: pkijs.PublicKeyInfo): Promise<ArrayBuffer> {
  const digest = await crypto.subtle.digest(
    'SHA-256',
    info.subjectPublicKey.valueBlock.valueHexView.slice(),
  )
  return digest.slice(0, 20)
}

function extension(
  extnID: string,
  value: asn1js.BaseBlock | { toSchema(): asn1js.BaseBlock },
  critical: boolean,
): pkijs.Extension {
  return new pkijs.Extension({
    extnID,
    critical,
    extnValue: ('toSchema' in value ? value.toSchema() : value).toBER(false),
  })
}

/** RFC 5280 §4.2.1.3: bits from the left; 0x06 is keyCertSign and cRLSign, 0x80 digitalSignature. */
function keyUsage(bits: number): pkijs.Extension {
  const unusedBits = bits === 0x80 ? 7 : 1
  const value = new asn1js.BitString({ valueHex: new Uint8Array([bits]).buffer, unusedBits })
  return new pkijs.Extension({ extnID: '2.5.29.15', critical: true, extnValue: value.toBER(false) })
}

function alternativeName(text: string): pkijs.GeneralName {
  const family = isIP(text)
  if (family === 0) return new pkijs.GeneralName({ type: 2, value: text })
  const octets = family === 4 ? Uint8Array.from(text.split('.').map(Number)) : ipv6Octets(text)
  return new pkijs.GeneralName({
    type: 7,
    value: new asn1js.OctetString({ valueHex: octets.buffer }),
  })
}

/** The URL parser checks the text and writes every form of it as groups; they are expanded here. */
function ipv6Octets(text: string): Uint8Array<ArrayBuffer> {
  const [head = '', tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split('::')
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0)
  const octets = new Uint8Array(16)
  for (const [index, group] of [...left, ...zeros, ...right].entries()) {
    octets[2 * index] = group >> 8
    octets[2 * index + 1] = group & 0xff
  }
  return octets
}

async function sign(
  certificate: pkijs.Certificate,
  keys: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey },
  signer: CryptoKey,
  issuer?: pkijs.Certificate,
): Promise<CertifiedKey> {
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  const own = await keyIdentifier(certificate.subjectPublicKeyInfo)
  const issuing = issuer === undefined ? own : await keyIdentifier(issuer.subjectPublicKeyInfo)
  certificate.extensions?.push(
    extension('2.5.29.14', new asn1js.OctetString({ valueHex: own }), false),
    extension(
      '2.5.29.35',
      new pkijs.AuthorityKeyIdentifier({
        keyIdentifier: new asn1js.OctetString({ valueHex: issuing }),
      }),
      false,
    ),
  )
  await certificate.sign(signer, 'SHA-256')
  const privateKey = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    certificate: toPem('CERTIFICATE', certificate.toSchema(true).toBER(false)),
    privateKey: toPem('PRIVATE KEY', privateKey),
  }
}

function toPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function fromPem(pem: string): ArrayBuffer {
  const base64 = pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, '')
  return new Uint8Array(Buffer.from(base64, 'base64')).buffer
}

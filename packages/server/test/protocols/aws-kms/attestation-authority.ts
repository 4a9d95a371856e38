import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signWith,
  webcrypto,
} from 'node:crypto'
import * as asn1js from 'asn1js'
import { encode } from 'cborg'
import * as pkijs from 'pkijs'

/*
 * What AWS and its hypervisors do for a real enclave: a public-key infrastructure with a root of its own, and
 * a security module that signs what it says of the enclave.
 */

const HOUR_MS = 3_600_000

export interface Certified {
  readonly der: Uint8Array
  readonly keys: webcrypto.CryptoKeyPair
  readonly name: string
}

/** Everything that a test may get wrong about a certificate. */
export interface CertificateOptions {
  readonly name: string
  /** Itself when absent. */
  readonly issuer?: Certified
  readonly now: number
  readonly notBefore?: number
  readonly notAfter?: number
  /** `null` leaves the extension out. */
  readonly authority?: boolean | null
  readonly pathLength?: number
  /** The octet of KeyUsage; `null` leaves it out. */
  readonly usage?: number | null
  readonly extensions?: readonly pkijs.Extension[]
  readonly curve?: 'P-256' | 'P-384'
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384'
  /** Whose key signs instead of the issuer's. */
  readonly signer?: Certified
}

export const KEY_CERT_SIGN = 0x06
export const DIGITAL_SIGNATURE = 0x80

export async function certify(options: CertificateOptions): Promise<Certified> {
  const { now, name, issuer, curve = 'P-384', hash = 'SHA-384' } = options
  const { authority = false, usage = authority === true ? KEY_CERT_SIGN : DIGITAL_SIGNATURE } =
    options
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, [
    'sign',
    'verify',
  ])
  const certificate = new pkijs.Certificate()
  certificate.version = 2
  certificate.serialNumber = new asn1js.Integer({ value: 1 + Math.floor(Math.random() * 1e9) })
  certificate.subject.typesAndValues.push(commonName(name))
  certificate.issuer.typesAndValues.push(commonName(issuer?.name ?? name))
  certificate.notBefore.value = new Date(options.notBefore ?? now - HOUR_MS)
  certificate.notAfter.value = new Date(options.notAfter ?? now + 3 * HOUR_MS)
  const extensions = [...(options.extensions ?? [])]
  if (authority !== null) {
    const { pathLength } = options
    const constraints = new pkijs.BasicConstraints({
      cA: authority,
      ...(pathLength !== undefined && { pathLenConstraint: pathLength }),
    })
    extensions.push(extension('2.5.29.19', constraints.toSchema(), true))
  }
  if (usage !== null) {
    const valueHex = Uint8Array.of(usage).buffer
    const bits = new asn1js.BitString({ valueHex, unusedBits: usage === 0x80 ? 7 : 1 })
    extensions.push(extension('2.5.29.15', bits, true))
  }
  certificate.extensions = extensions
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey)
  const signer = options.signer ?? issuer
  await certificate.sign(signer?.keys.privateKey ?? keys.privateKey, hash)
  return { der: new Uint8Array(certificate.toSchema(true).toBER(false)), keys, name }
}

export function extension(id: string, value: asn1js.BaseBlock, critical: boolean): pkijs.Extension {
  return new pkijs.Extension({ extnID: id, critical, extnValue: value.toBER(false) })
}

function commonName(text: string): pkijs.AttributeTypeAndValue {
  return new pkijs.AttributeTypeAndValue({
    type: '2.5.4.3',
    value: new asn1js.Utf8String({ value: text }),
  })
}

/** A chain as AWS's is: root, region, zone, instance and the module's own certificate. */
export interface Infrastructure {
  readonly now: number
  readonly root: Certified
  readonly region: Certified
  readonly zone: Certified
  readonly leaf: Certified
  readonly bundle: readonly Uint8Array[]
}

export async function makeInfrastructure(now: number): Promise<Infrastructure> {
  const root = await certify({ name: 'test.nitro-enclaves', authority: true, now })
  const region = await certify({
    name: 'region.test.nitro-enclaves',
    issuer: root,
    authority: true,
    pathLength: 1,
    now,
  })
  const zone = await certify({
    name: 'zone.region.test.nitro-enclaves',
    issuer: region,
    authority: true,
    pathLength: 0,
    // AWS's zones also sign otherwise.
    usage: 0x86,
    now,
  })
  const leaf = await certify({ name: 'i-0abc-enc0123.test.aws', issuer: zone, now })
  return { now, root, region, zone, leaf, bundle: [root.der, region.der, zone.der] }
}

/** The fields of a document, in the order in which the module writes them. */
export type Fields = Map<string, unknown>

export interface EnclaveOptions {
  readonly pcrs?: ReadonlyMap<unknown, unknown>
  readonly publicKey?: Uint8Array | null
}

export function fieldsOf(made: Infrastructure, options: EnclaveOptions = {}): Fields {
  return new Map<string, unknown>([
    ['module_id', 'i-0abc-enc0123'],
    ['digest', 'SHA384'],
    ['timestamp', made.now],
    ['pcrs', options.pcrs ?? samplePcrs()],
    ['certificate', made.leaf.der],
    ['cabundle', made.bundle],
    ['public_key', options.publicKey ?? null],
    ['user_data', null],
    ['nonce', null],
  ])
}

/** PCR0 to PCR15, as the module has them locked; of SHA-384's length. */
export function samplePcrs(): Map<number, Uint8Array> {
  return new Map(
    Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(index + 1)]),
  )
}

export interface SignOptions {
  readonly header?: unknown
  readonly unprotected?: unknown
  readonly tagged?: boolean
  readonly digest?: string
  readonly payload?: Uint8Array
  readonly external?: Uint8Array
}

/** COSE_Sign1 over the fields, by the module's key. */
export async function signDocument(
  signer: Certified,
  fields: Fields,
  options: SignOptions = {},
): Promise<Uint8Array> {
  const header = encode(options.header ?? new Map([[1, -35]]))
  const payload = options.payload ?? encode(fields)
  const external = options.external ?? new Uint8Array()
  const signed = encode(['Signature1', header, external, payload])
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', signer.keys.privateKey)
  const signature = signWith(options.digest ?? 'sha384', signed, {
    key: Buffer.from(pkcs8),
    format: 'der',
    type: 'pkcs8',
    dsaEncoding: 'ieee-p1363',
  })
  const outer = encode([
    header,
    options.unprotected ?? new Map(),
    payload,
    new Uint8Array(signature),
  ])
  return options.tagged === true ? Uint8Array.of(0xd2, ...outer) : outer
}

export interface EnclaveKey {
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

const enclaveKeys = new Map<number, EnclaveKey>()

/** The key pair that an enclave makes; made once for each size, since it takes long. */
export function enclaveKey(bits = 2_048): EnclaveKey {
  let known = enclaveKeys.get(bits)
  if (known === undefined) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
    known = { privateKey, publicKey: new Uint8Array(publicKey) }
    enclaveKeys.set(bits, known)
  }
  return known
}

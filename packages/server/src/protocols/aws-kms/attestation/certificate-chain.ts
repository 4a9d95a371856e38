import type * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import type { AttestationCrypto, CertificateReading } from './attestation-crypto.ts'
import type { AwsError } from '../error.ts'
import { refused } from './attestation-error.ts'

export interface ChainInput {
  /** DER, from the root to the leaf. */
  readonly chain: readonly Uint8Array[]
  /** DER of the certificates that are trusted. */
  readonly roots: readonly Uint8Array[]
  /** Milliseconds since the Epoch. */
  readonly now: number
}

/** A leaf under a trusted root, and how long the whole chain above it holds, in milliseconds since the Epoch. */
export type VerifiedLeaf = Pick<CertificateReading, 'publicKey' | 'notBefore' | 'notAfter'>

/** What a certificate's extensions allow it (RFC 5280 §4.2). */
interface Rules {
  readonly isAuthority: boolean
  readonly pathLengthMax?: number
  /** The first octet of KeyUsage. */
  readonly usage: number
}

const BASIC_CONSTRAINTS = '2.5.29.19'
const KEY_USAGE = '2.5.29.15'
/** What may be critical: more would be a rule that is not kept here (RFC 5280 §6.1.5 (f)). */
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE])
/** KeyUsage's bits, from the left (RFC 5280 §4.2.1.3). */
const DIGITAL_SIGNATURE = 0x80
const KEY_CERT_SIGN = 0x04
/** ecdsa-with-SHA256, -SHA384 and -SHA512 (RFC 5758 §3.2); AWS's own are all of SHA-384. */
const SIGNATURE_ALGORITHMS = new Set([
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
])

/**
 * Walks the path from a trusted root to the leaf, in the order of the document (RFC 5280 §6.1, without
 * policies, name constraints and revocation, which AWS's has not: attestation_process.md §3.2.3).
 */
export function verifyChain(crypto: AttestationCrypto, input: ChainInput): VerifiedLeaf {
  const { chain, roots, now } = input
  const [root] = chain
  if (root === undefined || !roots.some((trusted) => isSame(trusted, root))) {
    throw refused('its chain does not begin at a trusted root')
  }
  // The root is its own issuer; what makes it trusted is that it is configured.
  let issuer = root
  let leaf: VerifiedLeaf = { publicKey: root, notBefore: -Infinity, notAfter: Infinity }
  for (const [depth, der] of chain.entries()) {
    const { publicKey, notBefore, notAfter } = readValid(crypto, der, now)
    if (!crypto.isIssuedBy(der, issuer)) throw refused('its chain of certificates is broken')
    assertRules(rulesOf(der), chain.length - 1 - depth)
    issuer = der
    leaf = {
      publicKey,
      notBefore: Math.max(leaf.notBefore, notBefore),
      notAfter: Math.min(leaf.notAfter, notAfter),
    }
  }
  return leaf
}

function readValid(crypto: AttestationCrypto, der: Uint8Array, now: number): CertificateReading {
  const reading = crypto.readCertificate(der)
  if (reading === undefined) throw malformed()
  if (!SIGNATURE_ALGORITHMS.has(reading.signatureAlgorithm)) {
    throw refused('one of its certificates is signed with another algorithm than ECDSA')
  }
  if (now < reading.notBefore || now > reading.notAfter) {
    throw refused('one of its certificates has expired or is not valid yet')
  }
  return reading
}

/** attestation_process.md §3.2.3.2 and §3.2.3.3. */
function assertRules(rules: Rules, below: number): void {
  if (below === 0) {
    if (rules.isAuthority || rules.pathLengthMax !== undefined) {
      throw refused('its certificate is that of an authority')
    }
    if ((rules.usage & DIGITAL_SIGNATURE) === 0) {
      throw refused('its certificate is not for signatures')
    }
    return
  }
  if (!rules.isAuthority || (rules.usage & KEY_CERT_SIGN) === 0) {
    throw refused('one of its certificates may not sign others')
  }
  // The leaf does not count (RFC 5280 §4.2.1.9).
  if (rules.pathLengthMax !== undefined && below - 1 > rules.pathLengthMax) {
    throw refused('its chain of certificates is longer than one of them allows')
  }
}

function rulesOf(der: Uint8Array): Rules {
  const extensions = extensionsOf(der)
  const seen = new Set<string>()
  for (const { extnID, critical } of extensions) {
    // §4.2: not more than one of each.
    if (seen.has(extnID)) throw malformed()
    seen.add(extnID)
    if (critical && !UNDERSTOOD.has(extnID)) {
      throw refused('one of its certificates has a critical extension that is not known')
    }
  }
  const constraints = parsed<pkijs.BasicConstraints>(extensions, BASIC_CONSTRAINTS)
  const usage = parsed<asn1js.BitString>(extensions, KEY_USAGE)
  const length = constraints?.pathLenConstraint
  // A number that does not fit 32 bits is left as a block, and is no bound that a chain could reach.
  return {
    isAuthority: constraints?.cA === true,
    ...(length !== undefined && {
      pathLengthMax: typeof length === 'number' ? length : Number.MAX_SAFE_INTEGER,
    }),
    usage: usage?.valueBlock.valueHexView[0] ?? 0,
  }
}

function extensionsOf(der: Uint8Array): readonly pkijs.Extension[] {
  return orMalformed(() => pkijs.Certificate.fromBER(der).extensions ?? [])
}

function parsed<Value>(extensions: readonly pkijs.Extension[], id: string): Value | undefined {
  const extension = extensions.find(({ extnID }) => extnID === id)
  if (extension === undefined) return undefined
  const value = orMalformed((): unknown => extension.parsedValue)
  const isMalformed =
    value === undefined || (value as { readonly parsingError?: string }).parsingError !== undefined
  if (isMalformed) throw malformed()
  return value as Value
}

/** The library throws errors of many kinds, also late, when a value is first looked at. */
function orMalformed<Value>(read: () => Value): Value {
  try {
    return read()
  } catch {
    throw malformed()
  }
}

const malformed = (): AwsError => refused('one of its certificates is malformed')

/** Certificates are public: there is nothing to hide from a clock. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

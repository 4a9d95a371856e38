import { decode, encode, Tokenizer, Type } from 'cborg'
import { refused } from './attestation-error.ts'

/*
 * The signed attestation document of the Nitro Secure Module: COSE_Sign1 (RFC 9052 §4.2), tagged or not,
 * over a CBOR map (aws-nitro-enclaves-nsm-api, docs/attestation_process.md §2.2 and §3.2); and that of NitroTPM,
 * which differs in the name of one field (EC2 user guide, "Validate a NitroTPM Attestation Document"). Subset of CBOR
 * (RFC 8949): integers, byte strings, text, arrays and maps of either length, null; integers in their
 * shortest form. Refused: tags inside, floats, repeated or unknown keys, trailing bytes, an unprotected header
 * with anything in it, any algorithm but ES384.
 */

/** What the enclave's hypervisor says of it; nothing of it is verified. */
export interface AttestationDocument {
  readonly moduleId: string
  /** Milliseconds since the Epoch. */
  readonly timestamp: number
  /** Whose registers they are: an instance's software writes to the ones of its TPM, an enclave's does not. */
  readonly platform: 'enclave' | 'tpm'
  readonly pcrs: ReadonlyMap<number, Uint8Array>
  /** DER of the certificate whose key signed. */
  readonly certificate: Uint8Array
  /** DER, the root first. */
  readonly cabundle: readonly Uint8Array[]
  /** DER of a SubjectPublicKeyInfo. */
  readonly publicKey?: Uint8Array
  readonly userData?: Uint8Array
  readonly nonce?: Uint8Array
}

export interface SignedAttestation {
  readonly document: AttestationDocument
  /** The Sig_structure (RFC 9052 §4.4). */
  readonly signed: Uint8Array
  /** r || s. */
  readonly signature: Uint8Array
}

/** Tag 18, COSE_Sign1, in its only shortest form. */
const COSE_SIGN1_TAG = 0xd2
const ALGORITHM_LABEL = 1
const ES384 = -35
const SIGNATURE_BYTES = 96
/** §3.1: `bstr .size (1..16384)`. */
const PAYLOAD_BYTES_MAX = 16_384
/** A document has under a hundred; the bound also keeps nesting from the stack's end. */
const TOKENS_MAX = 256
const CERTIFICATE_BYTES_MAX = 1_024
const CERTIFICATES_MAX = 16
/** §2.2 says 1024 and §3.2.2.2 says 512 for the last two: the wider is what the module emits. */
const USER_BYTES_MAX = 1_024
const PCR_BYTES = [32, 48, 64]
const PCR_INDEXES = 32
const FIELDS = [
  'module_id',
  'digest',
  'timestamp',
  'pcrs',
  'nitrotpm_pcrs',
  'certificate',
  'cabundle',
  'public_key',
  'user_data',
  'nonce',
]

/** Reads a signed document; an AwsError for anything that is none. */
export function parseAttestation(bytes: Uint8Array): SignedAttestation {
  const outer = cbor(bytes[0] === COSE_SIGN1_TAG ? bytes.subarray(1) : bytes)
  if (!Array.isArray(outer) || outer.length !== 4) throw refused('it is not a COSE_Sign1 structure')
  const [protectedHeader, unprotectedHeader, payload, signature] = outer as readonly unknown[]
  assertHeaders(protectedHeader, unprotectedHeader)
  if (!isBytes(payload, 1, PAYLOAD_BYTES_MAX)) throw refused('its payload is not a document')
  if (!isBytes(signature, SIGNATURE_BYTES, SIGNATURE_BYTES)) {
    throw refused('its signature does not have the length of ES384')
  }
  return {
    document: parseDocument(payload),
    signed: encode(['Signature1', protectedHeader, new Uint8Array(), payload]),
    signature,
  }
}

/** ES384 in the protected header, and nothing else in either: nothing outside of the signature is looked at. */
function assertHeaders(protectedHeader: unknown, unprotectedHeader: unknown): void {
  if (!isBytes(protectedHeader, 1, 64)) throw refused('it has no protected header')
  const header = cbor(protectedHeader)
  if (!(header instanceof Map) || header.size !== 1 || header.get(ALGORITHM_LABEL) !== ES384) {
    throw refused('it is not signed with ES384')
  }
  if (!(unprotectedHeader instanceof Map) || unprotectedHeader.size !== 0) {
    throw refused('its unprotected header is not empty')
  }
}

function parseDocument(payload: Uint8Array): AttestationDocument {
  const map = cbor(payload)
  if (!(map instanceof Map)) throw refused('its payload is not a map')
  for (const name of map.keys()) {
    if (!FIELDS.includes(name as string)) throw refused('it has an unknown field')
  }
  const moduleId: unknown = map.get('module_id')
  if (typeof moduleId !== 'string' || moduleId === '') throw wrong('module_id')
  if (map.get('digest') !== 'SHA384') throw wrong('digest')
  const timestamp: unknown = map.get('timestamp')
  if (!Number.isSafeInteger(timestamp) || (timestamp as number) <= 0) throw wrong('timestamp')
  const certificate: unknown = map.get('certificate')
  if (!isBytes(certificate, 1, CERTIFICATE_BYTES_MAX)) throw wrong('certificate')
  const publicKey = optionalBytes(map, 'public_key', 1)
  const userData = optionalBytes(map, 'user_data', 0)
  const nonce = optionalBytes(map, 'nonce', 0)
  return {
    moduleId,
    timestamp: timestamp as number,
    ...parsePlatform(map),
    certificate,
    cabundle: parseBundle(map.get('cabundle')),
    ...(publicKey && { publicKey }),
    ...(userData && { userData }),
    ...(nonce && { nonce }),
  }
}

type Registers = Pick<AttestationDocument, 'platform' | 'pcrs'>

/** A document is of one or the other; with both, each condition key of AWS's could be met by either. */
function parsePlatform(map: ReadonlyMap<unknown, unknown>): Registers {
  if (!map.has('nitrotpm_pcrs')) return { platform: 'enclave', pcrs: parsePcrs(map.get('pcrs')) }
  if (map.has('pcrs')) throw wrong('pcrs')
  return { platform: 'tpm', pcrs: parsePcrs(map.get('nitrotpm_pcrs')) }
}

function parsePcrs(value: unknown): ReadonlyMap<number, Uint8Array> {
  if (!(value instanceof Map) || value.size < 1 || value.size > PCR_INDEXES) throw wrong('pcrs')
  for (const [index, pcr] of value as ReadonlyMap<unknown, unknown>) {
    const isIndex = Number.isSafeInteger(index) && Number(index) >= 0 && Number(index) < PCR_INDEXES
    if (!isIndex || !(pcr instanceof Uint8Array) || !PCR_BYTES.includes(pcr.length)) {
      throw wrong('pcrs')
    }
  }
  return value as ReadonlyMap<number, Uint8Array>
}

function parseBundle(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > CERTIFICATES_MAX) {
    throw wrong('cabundle')
  }
  const bundle: unknown[] = value
  if (!bundle.every((one) => isBytes(one, 1, CERTIFICATE_BYTES_MAX))) throw wrong('cabundle')
  return bundle as readonly Uint8Array[]
}

/** §3.2.2.1 says that no field is null, but the module writes null for what the enclave did not give. */
function optionalBytes(
  map: ReadonlyMap<unknown, unknown>,
  name: string,
  least: number,
): Uint8Array | undefined {
  const value = map.get(name) ?? undefined
  if (value !== undefined && !isBytes(value, least, USER_BYTES_MAX)) throw wrong(name)
  return value as Uint8Array | undefined
}

function isBytes(value: unknown, least: number, most: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= least && value.length <= most
}

/** One item, all of it; maps as Map, since the keys of the PCRs are integers. */
function cbor(bytes: Uint8Array): unknown {
  const options = {
    strict: true,
    useMaps: true,
    rejectDuplicateMapKeys: true,
    allowUndefined: false,
    allowBigInt: false,
  }
  try {
    return decode(bytes, { ...options, tokenizer: new BoundedTokenizer(bytes, options) }) as unknown
  } catch {
    // The library's errors are plain ones, and quote the input.
    throw refused('it is not well-formed CBOR')
  }
}

/** Without floats, which JavaScript would take for integers, and of so many tokens at most. */
class BoundedTokenizer extends Tokenizer {
  #tokens = 0

  override next(): ReturnType<Tokenizer['next']> {
    const token = super.next()
    if (++this.#tokens > TOKENS_MAX || Type.equals(token.type, Type.float)) {
      throw new RangeError('more or other tokens than a document has')
    }
    return token
  }
}

const wrong = (field: string): Error => refused(`${field} is missing or not what it must be`)

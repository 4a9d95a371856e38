import { BytesError, decodeBase64, decodeUtf8 } from '@claviger/bytes'
import { XksError, xksValidation } from './xks-error.ts'

/** What every request says of the call to KMS that it came from (specification, appendix B). */
export interface XksRequestMetadata {
  readonly kmsRequestId: string
  readonly kmsOperation: string
  readonly awsPrincipalArn?: string
  readonly kmsKeyArn?: string
}

export interface XksEncryptRequest {
  readonly plaintext: Uint8Array
  readonly aad: Uint8Array
  /** `ciphertextDataIntegrityValueAlgorithm` was there: SHA_256, the only one. */
  readonly integrityValue: boolean
}

export interface XksDecryptRequest {
  readonly ciphertext: Uint8Array
  readonly aad: Uint8Array
  readonly metadata: Uint8Array
  readonly iv: Uint8Array
  readonly tag: Uint8Array
}

type Fields = Readonly<Record<string, unknown>>

/** "MUST support ARN lengths of up to 2048 characters". */
const TEXT_LENGTH_MAX = 2_048
/** The least that a proxy must take is 4,300 bytes; what is more is said to be too much by name. */
const PAYLOAD_BYTES_MAX = 8_192
const AAD_BYTES_MAX = 8_192
const METADATA_BYTES_MAX = 20
/** 16 are allowed to those who make such; this proxy makes 12 (SP 800-38D §8.2.2). */
const IV_BYTES = 12
const TAG_BYTES = 16

/** The JSON object of a body, with its `requestMetadata` taken out. */
export function parseXksBody(body: Uint8Array): { fields: Fields; request: XksRequestMetadata } {
  let parsed: unknown
  try {
    parsed = JSON.parse(decodeUtf8(body))
  } catch {
    throw xksValidation('the body is not JSON in UTF-8')
  }
  const fields = objectOf(parsed, 'the body')
  const metadata = objectOf(fields['requestMetadata'], 'requestMetadata')
  return {
    fields,
    request: {
      kmsRequestId: requiredText(metadata, 'kmsRequestId'),
      kmsOperation: requiredText(metadata, 'kmsOperation'),
      ...optionalText(metadata, 'awsPrincipalArn'),
      ...optionalText(metadata, 'kmsKeyArn'),
    },
  }
}

/** What is REQUIRED of every call on a key, whatever else its `requestMetadata` says. */
export function assertKeyRequest(
  { awsPrincipalArn, kmsKeyArn }: XksRequestMetadata,
  needsKeyArn: boolean,
): void {
  if (awsPrincipalArn === undefined) throw missing('requestMetadata.awsPrincipalArn')
  if (needsKeyArn && kmsKeyArn === undefined) throw missing('requestMetadata.kmsKeyArn')
}

export function parseEncryptRequest(fields: Fields): XksEncryptRequest {
  const plaintext = requiredBytes(fields, 'plaintext', PAYLOAD_BYTES_MAX)
  assertAlgorithm(fields)
  const aad = optionalBytes(fields, 'additionalAuthenticatedData', AAD_BYTES_MAX)
  const algorithm = fields['ciphertextDataIntegrityValueAlgorithm']
  if (algorithm !== undefined && algorithm !== null && algorithm !== 'SHA_256') {
    throw xksValidation('ciphertextDataIntegrityValueAlgorithm must be SHA_256')
  }
  return { plaintext, aad, integrityValue: algorithm === 'SHA_256' }
}

export function parseDecryptRequest(fields: Fields): XksDecryptRequest {
  const ciphertext = requiredBytes(fields, 'ciphertext', PAYLOAD_BYTES_MAX)
  assertAlgorithm(fields)
  const aad = optionalBytes(fields, 'additionalAuthenticatedData', AAD_BYTES_MAX)
  const metadata = optionalBytes(fields, 'ciphertextMetadata', PAYLOAD_BYTES_MAX)
  if (metadata.length > METADATA_BYTES_MAX) {
    throw xksValidation(`ciphertextMetadata has at most ${METADATA_BYTES_MAX} bytes`)
  }
  const iv = requiredBytes(fields, 'initializationVector', PAYLOAD_BYTES_MAX)
  if (iv.length !== IV_BYTES) {
    throw new XksError('InvalidCiphertextException', 'initializationVector is not of this proxy')
  }
  const tag = requiredBytes(fields, 'authenticationTag', PAYLOAD_BYTES_MAX)
  if (tag.length !== TAG_BYTES) {
    throw new XksError('InvalidCiphertextException', `authenticationTag has ${TAG_BYTES} bytes`)
  }
  return { ciphertext, aad, metadata, iv, tag }
}

function assertAlgorithm(fields: Fields): void {
  if (fields['encryptionAlgorithm'] === 'AES_GCM') return
  throw xksValidation('encryptionAlgorithm must be AES_GCM')
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw xksValidation(`${what} must be a JSON object`)
}

const missing = (name: string): XksError => xksValidation(`${name} is required`)

function requiredText(fields: Fields, name: string): string {
  const found = optionalText(fields, name)[name]
  if (found === undefined) throw missing(`requestMetadata.${name}`)
  return found
}

function optionalText(fields: Fields, name: string): Record<string, string> {
  const value = fields[name]
  if (value === undefined || value === null) return {}
  if (typeof value === 'string' && value.length <= TEXT_LENGTH_MAX) return { [name]: value }
  throw xksValidation(
    `requestMetadata.${name} must be a text of at most ${TEXT_LENGTH_MAX} characters`,
  )
}

function requiredBytes(fields: Fields, name: string, bytesMax: number): Uint8Array {
  const value = fields[name]
  if (value === undefined || value === null) throw missing(name)
  if (typeof value !== 'string') throw xksValidation(`${name} must be base64`)
  let bytes: Uint8Array
  try {
    bytes = decodeBase64(value)
  } catch (error) {
    if (error instanceof BytesError) throw xksValidation(`${name} must be base64`)
    throw error
  }
  if (bytes.length <= bytesMax) return bytes
  throw new XksError(
    'UnsupportedOperationException',
    `${name} has at most ${bytesMax} bytes in this implementation`,
  )
}

function optionalBytes(fields: Fields, name: string, bytesMax: number): Uint8Array {
  const value = fields[name]
  if (value === undefined || value === null) return new Uint8Array()
  return requiredBytes(fields, name, bytesMax)
}

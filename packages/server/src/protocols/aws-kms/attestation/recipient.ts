import { decodeBase64 } from '@claviger/bytes'
import type { AwsCall } from '../call.ts'
import { validation } from '../error.ts'

/** An enclave that proved what it is, and to which alone the answer is given. */
export interface Recipient {
  /** For `authorized`: `kms:RecipientAttestation:ImageSha384` and `…:PCR<n>`, in lower-case hex. */
  readonly conditions: Readonly<Record<string, string>>
  /** `CiphertextForRecipient`: the plaintext to the enclave's key, as base64 of a CMS EnvelopedData. */
  seal(plaintext: Uint8Array): Promise<string>
}

/** API reference, RecipientInfo: `AttestationDocument` has 1 to 262144 bytes. */
export const DOCUMENT_BYTES_MAX = 262_144
const ALGORITHM = 'RSAES_OAEP_SHA_256'

/**
 * The `Recipient` of a call, its attestation document verified; undefined for a call without one. Its
 * `conditions` go into `authorized`; the output then has `CiphertextForRecipient` in the place of every
 * plaintext.
 */
export async function readRecipient(call: AwsCall): Promise<Recipient | undefined> {
  const { Recipient: given } = call.input
  if (given === undefined || given === null) return undefined
  const document = documentOf(given)
  // Most calls have no recipient: what reads CBOR and ASN.1 is loaded by the first that has.
  const { verifyRecipient } = await import('./verify-recipient.ts')
  return verifyRecipient(call.ports, document)
}

function documentOf(given: unknown): Uint8Array {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw validation('Recipient is not a structure')
  }
  const { AttestationDocument: text, KeyEncryptionAlgorithm: algorithm } = given as Readonly<
    Record<string, unknown>
  >
  if (algorithm === undefined || algorithm === null) {
    throw constraint('keyEncryptionAlgorithm', 'Member must not be null')
  }
  if (algorithm !== ALGORITHM) {
    throw constraint('keyEncryptionAlgorithm', `Member must satisfy enum value set: [${ALGORITHM}]`)
  }
  if (text === undefined || text === null) {
    throw constraint('attestationDocument', 'Member must not be null')
  }
  if (typeof text !== 'string') throw validation('AttestationDocument is not base64')
  if (text === '') {
    throw constraint('attestationDocument', 'Member must have length greater than or equal to 1')
  }
  // Before it is decoded: nothing longer is worth the work.
  if (text.length > Math.ceil(DOCUMENT_BYTES_MAX / 3) * 4) throw tooLong()
  const document = bytesOf(text)
  if (document.length > DOCUMENT_BYTES_MAX) throw tooLong()
  return document
}

function bytesOf(text: string): Uint8Array {
  try {
    return decodeBase64(text)
  } catch {
    throw validation('AttestationDocument is not base64')
  }
}

const tooLong = (): Error =>
  constraint(
    'attestationDocument',
    `Member must have length less than or equal to ${DOCUMENT_BYTES_MAX}`,
  )

function constraint(member: string, rule: string): Error {
  return validation(
    `1 validation error detected: Value at 'recipient.${member}' failed to satisfy constraint: ${rule}`,
  )
}

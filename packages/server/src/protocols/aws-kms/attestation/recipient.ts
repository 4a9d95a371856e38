import { decodeBase64 } from '@claviger/bytes'
import type { AwsCall } from '../call.ts'
import { AwsError } from '../error.ts'
import type { Recipient } from './verified-recipient.ts'
import { constraint, type Input, missing } from '../members.ts'

export type { Recipient } from './verified-recipient.ts'

/** API reference, RecipientInfo: `AttestationDocument` has 1 to 262144 bytes. */
export const DOCUMENT_BYTES_MAX = 262_144
const BASE64_LENGTH_MAX = 4 * Math.ceil(DOCUMENT_BYTES_MAX / 3)
const DOCUMENT = 'AttestationDocument'
const ALGORITHM = 'KeyEncryptionAlgorithm'
/** The only one there is. */
const OAEP = 'RSAES_OAEP_SHA_256'

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
    throw wrongType('a structure')
  }
  const members = given as Input
  const algorithm = members[ALGORITHM] ?? undefined
  if (algorithm !== undefined && algorithm !== OAEP) {
    if (typeof algorithm !== 'string') throw wrongType('a string')
    const shown = `'${algorithm.slice(0, 64)}'`
    throw constraint(path(ALGORITHM), `satisfy enum value set: [${OAEP}]`, shown)
  }
  const text = members[DOCUMENT] ?? undefined
  if (text !== undefined && typeof text !== 'string') throw wrongType('a blob')
  // Before it is decoded: nothing longer is worth the work.
  if (text !== undefined && text.length > BASE64_LENGTH_MAX) throw tooLong()
  // The model requires neither, but there is no answer to give without.
  if (text === undefined) throw missing(path(DOCUMENT))
  if (algorithm === undefined) throw missing(path(ALGORITHM))
  const document = bytesOf(text)
  if (document.length === 0) {
    throw constraint(path(DOCUMENT), 'have length greater than or equal to 1')
  }
  if (document.length > DOCUMENT_BYTES_MAX) throw tooLong()
  return document
}

function bytesOf(text: string): Uint8Array {
  try {
    return decodeBase64(text)
  } catch {
    throw wrongType('valid base64')
  }
}

/** As AWS's messages spell it: `recipient.attestationDocument`. */
const path = (member: string): string =>
  `recipient.${member.charAt(0).toLowerCase()}${member.slice(1)}`

const tooLong = (): AwsError =>
  constraint(path(DOCUMENT), `have length less than or equal to ${DOCUMENT_BYTES_MAX}`)

const wrongType = (expected: string): AwsError =>
  new AwsError('SerializationException', `A member of the request is not ${expected}.`)

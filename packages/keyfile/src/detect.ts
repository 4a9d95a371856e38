import { decodeUtf8 } from '@claviger/bytes'
import { DerReader, TAG } from './der-reader.ts'
import { KeyFileError } from './error.ts'
import { OID } from './oid.ts'

export const KEY_FILE_FORMATS = [
  'pkcs12',
  'jks',
  'jceks',
  'pkcs8',
  'encrypted-pkcs8',
  'pkcs1',
  'sec1',
  'spki',
  'certificate',
  'pkcs7',
  'pem',
  'jwk',
  'jwks',
] as const
export type KeyFileFormat = (typeof KEY_FILE_FORMATS)[number]

const MAGICS: readonly (readonly [KeyFileFormat, readonly number[]])[] = [
  ['jks', [0xfe, 0xed, 0xfe, 0xed]],
  ['jceks', [0xce, 0xce, 0xce, 0xce]],
]

/** What a file is by its bytes, whatever it is called; undefined for what is no key file. */
export function detectKeyFile(data: Uint8Array): KeyFileFormat | undefined {
  const known = MAGICS.find(([, magic]) => magic.every((byte, index) => data[index] === byte))
  if (known !== undefined) return known[0]
  return data[0] === TAG.sequence ? detectDer(data) : detectText(data)
}

function detectText(data: Uint8Array): KeyFileFormat | undefined {
  let text: string
  try {
    text = decodeUtf8(data)
  } catch {
    return undefined
  }
  if (/^-----BEGIN [A-Z0-9 ]+-----\s*$/m.test(text)) return 'pem'
  if (!/^\s*\{/.test(text)) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    if ('kty' in value && typeof value.kty === 'string') return 'jwk'
    if ('keys' in value && Array.isArray(value.keys) && value.keys.some(isJwk)) return 'jwks'
  } catch {
    // It only looks like JSON.
  }
  return undefined
}

function isJwk(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string'
  )
}

/** By the first elements of the outermost SEQUENCE; each format has others. */
function detectDer(data: Uint8Array): KeyFileFormat | undefined {
  try {
    const reader = new DerReader(data)
    const body = reader.sequence()
    reader.end()
    return body.nextTag === TAG.integer ? detectVersioned(body) : detectUnversioned(body)
  } catch (error) {
    if (error instanceof KeyFileError) return undefined
    throw error
  }
}

function detectVersioned(body: DerReader): KeyFileFormat | undefined {
  const version = body.element(TAG.integer)
  const tag = body.nextTag
  if (version.length !== 1) return undefined
  if (tag === TAG.octetString && version[0] === 1) return 'sec1'
  if (tag === TAG.integer && version[0] === 0) return 'pkcs1'
  if (tag !== TAG.sequence) return undefined
  const first = body.sequence()
  if (first.nextTag !== TAG.oid) return undefined
  const oid = first.oid()
  if (version[0] === 3) return oid === OID.data || oid === OID.signedData ? 'pkcs12' : undefined
  return body.nextTag === TAG.octetString ? 'pkcs8' : undefined
}

function detectUnversioned(body: DerReader): KeyFileFormat | undefined {
  if (body.nextTag === TAG.oid) return body.oid() === OID.signedData ? 'pkcs7' : undefined
  const first = body.sequence()
  if (body.nextTag === TAG.bitString && first.nextTag === TAG.oid) return 'spki'
  if (body.optional(TAG.sequence) !== undefined) {
    const isSigned = first.nextTag !== TAG.oid && body.optional(TAG.bitString) !== undefined
    return isSigned ? detectSigned(first) : undefined
  }
  if (first.nextTag !== TAG.oid) return undefined
  body.octetString()
  return body.isAtEnd ? 'encrypted-pkcs8' : undefined
}

/** A certificate has its validity in the fifth place; a request and a revocation list have not. */
function detectSigned(signed: DerReader): KeyFileFormat | undefined {
  signed.optionalExplicit(0)
  signed.element(TAG.integer)
  for (const _ of ['signature', 'issuer', 'validity', 'subject', 'public key']) {
    signed.element(TAG.sequence)
  }
  return 'certificate'
}

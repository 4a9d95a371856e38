import { BytesError, decodeBase64, encodeBase64 } from '@claviger/bytes'
import { ClavigerError, isRecord } from './error.ts'

/** Members of answers that are bytes; on the wire they are base64. */
const BYTES: ReadonlySet<string> = new Set([
  'content',
  'derived',
  'encapsulation',
  'mac',
  'material',
  'plaintext',
  'privateKey',
  'publicKey',
  'random',
  'sharedSecret',
  'signature',
  'wrapped',
])

/** A request with its byte arrays in base64, dates in RFC 3339, and without what is undefined. */
export function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array) return encodeBase64(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(toWire)
  if (!isRecord(value)) return value
  const members: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members[name] = toWire(member)
  }
  return members
}

/** The result of a data operation with its bytes decoded. */
export function fromWire<Result>(value: unknown): Result {
  if (!isRecord(value)) throw unexpected()
  const members: Record<string, unknown> = { ...value }
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && BYTES.has(name)) members[name] = bytesOf(member)
  }
  return members as Result
}

function bytesOf(text: string): Uint8Array {
  try {
    return decodeBase64(text)
  } catch (error) {
    if (error instanceof BytesError) throw unexpected()
    throw error
  }
}

function unexpected(): ClavigerError {
  return new ClavigerError('unexpected-answer', "the answer is not the keeper's")
}

import { type CanonicalJson, SecretBytes } from '@claviger/bytes'
import { KeeperError } from '../error.ts'

const TEXT_LENGTH_MAX = 4_096
const DEPTH_MAX = 16

type Digest = (content: string | Uint8Array) => string

/**
 * The input of a call as approvers see and sign it. Bytes are shown by hash and length: whoever approves is
 * shown what is done, not what is secret. What is equal here is the same call.
 */
export function approvableInput(value: unknown, digest: Digest, depth = 0): CanonicalJson {
  if (depth > DEPTH_MAX) throw new KeeperError('too-large', 'the call is too deep to be approved')
  switch (typeof value) {
    case 'string':
      if (value.length > TEXT_LENGTH_MAX || !value.isWellFormed()) {
        return { sha256: digest(value), characters: value.length }
      }
      return value
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : { number: `${value}` }
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : approvableObject(value, digest, depth + 1)
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new KeeperError('unsupported', 'this call cannot wait for an approval')
  }
}

function approvableObject(value: object, digest: Digest, depth: number): CanonicalJson {
  if (value instanceof SecretBytes) {
    return value.use((bytes) => ({ sha256: digest(bytes), bytes: bytes.length }))
  }
  if (value instanceof Uint8Array) return { sha256: digest(value), bytes: value.length }
  if (Array.isArray(value)) return value.map((one) => approvableInput(one, digest, depth))
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    entries.map(([name, member]) => [name, approvableInput(member, digest, depth)]),
  )
}

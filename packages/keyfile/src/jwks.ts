// JSON Web Keys and sets of them (RFC 7517), each left as it is for whoever takes it in.
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import type { JwkEntry, KeyFileContents, Skipped } from './entry.ts'
import { KeyFileError, malformed } from './error.ts'

const KEYS_MAX = 10_000
const ALIAS_LENGTH_MAX = 256

export function decodeJwks(data: Uint8Array): KeyFileContents {
  let value: unknown
  try {
    value = JSON.parse(decodeUtf8(data))
  } catch {
    throw malformed('the file is not JSON')
  }
  const keys = isRecord(value) && Array.isArray(value['keys']) ? value['keys'] : [value]
  if (keys.length > KEYS_MAX) throw new KeyFileError('too-large', 'the set has too many keys')
  const entries: JwkEntry[] = []
  const skipped: Skipped[] = []
  for (const [index, key] of keys.entries()) {
    if (!isRecord(key)) throw malformed('the set holds what is no key')
    const { kid } = key
    const alias = typeof kid === 'string' && kid !== '' ? kid.slice(0, ALIAS_LENGTH_MAX) : undefined
    if (['d', 'k', 'priv'].some((name) => typeof key[name] === 'string')) {
      const json = encodeUtf8(JSON.stringify(key).toWellFormed())
      entries.push({ kind: 'jwk', ...(alias !== undefined && { alias }), json })
    } else skipped.push({ what: alias ?? `key ${index + 1}`, why: 'it is a public key' })
  }
  return { entries, skipped, isAuthenticated: false }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

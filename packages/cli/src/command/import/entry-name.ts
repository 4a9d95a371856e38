import { decodeUtf8 } from '@claviger/bytes'
import { basename, extname } from 'node:path'
import type { KeyFileEntry, SecretKeyEntry } from '@claviger/keyfile'

const NAME_LENGTH_MAX = 96

/** What a key is to be called here: its own name as far as names here have such characters. */
export function nameOf(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^a-z0-9._/-]+/g, '-')
    .slice(0, NAME_LENGTH_MAX)
  return plain.replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
}

/** Each entry's name, none twice; what has no name is called like the file. */
export function namesOf(
  entries: readonly KeyFileEntry[],
  { file, prefix, sole }: { file: string; prefix: string; sole: string | undefined },
): ReadonlyMap<KeyFileEntry, string> {
  const taken = new Set<string>()
  const fallback = nameOf(basename(file, extname(file))) || 'key'
  const keys = entries.filter(({ kind }) => kind !== 'certificate')
  return new Map(
    entries.map((entry) => {
      const own = entry === keys[0] && sole !== undefined ? sole : undefined
      const base = own ?? `${prefix}${nameOf(entry.alias ?? '') || fallback}`
      // A certificate beside a key of the same name is an object, but people would mix them up.
      const suffix = entry.kind === 'certificate' ? '.crt' : ''
      let name = `${base}${suffix}`
      for (let count = 2; taken.has(name); count++) name = `${base}-${count}${suffix}`
      taken.add(name)
      return [entry, name]
    }),
  )
}

/** What a secret key is for the keeper, by Java's name of it; undefined where it says nothing. */
export function specOf({ algorithm, key }: SecretKeyEntry): string | undefined {
  const bits = key.length * 8
  if (algorithm === 'AES') return `aes-${bits}`
  if (algorithm === 'ChaCha20') return 'chacha20'
  const [, digest] = /^HmacSHA(1|224|256|384|512)$/.exec(algorithm) ?? []
  return digest && `hmac-sha${digest}`
}

/** What a symmetric JWK is by its `alg` (RFC 7518 §3.1, §4.1, §5.1); a pair says it itself. */
export function jwkSpec(json: Uint8Array): string | undefined {
  const { kty, alg, k } = JSON.parse(decodeUtf8(json)) as Readonly<Record<string, unknown>>
  if (kty !== 'oct' || typeof alg !== 'string' || typeof k !== 'string') return undefined
  const [, digest] = /^HS(256|384|512)$/.exec(alg) ?? []
  if (digest !== undefined) return `hmac-sha${digest}`
  const [, bits] = /^A(128|192|256)(?:GCM|KW|GCMKW)$/.exec(alg) ?? []
  return bits && `aes-${bits}`
}

// JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037, RFC 9864's AKP). Subset: one key, the members that make it up;
// `use`, `key_ops` and `alg` of the classical kinds are the caller's to judge. Refused: base64url that is not
// canonical, RSA private keys without their CRT numbers or with more than two primes, and members that
// contradict each other.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { BytesError, decodeBase64url } from '@claviger/bytes'
import { CryptoError, invalidKey, unsupported } from '../error.ts'

export type JwkKey =
  | { readonly kind: 'secret'; readonly secret: Uint8Array }
  | { readonly kind: 'private' | 'public'; readonly key: KeyObject }

type Members = { readonly required: readonly string[]; readonly secret: readonly string[] }

const KINDS: Readonly<Record<string, Members>> = {
  RSA: { required: ['n', 'e'], secret: ['d', 'p', 'q', 'dp', 'dq', 'qi'] },
  EC: { required: ['crv', 'x', 'y'], secret: ['d'] },
  OKP: { required: ['crv', 'x'], secret: ['d'] },
  AKP: { required: ['alg', 'pub'], secret: ['priv'] },
}
const NAMES = new Set(['crv', 'alg'])
const EC_FIELD_BYTES: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
}

export function keyObjectFromJwk(json: string): JwkKey {
  const jwk = parseObject(json)
  if (jwk['kty'] === 'oct') return { kind: 'secret', secret: bytesOf(jwk, 'k') }
  const kind =
    typeof jwk['kty'] === 'string' && Object.hasOwn(KINDS, jwk['kty'])
      ? KINDS[jwk['kty']]
      : undefined
  if (kind === undefined) throw unsupported('JWK is of a kind this build does not offer')
  if (jwk['oth'] !== undefined) throw unsupported('rsa key has more than two primes')
  const isPrivate = kind.secret.some((name) => jwk[name] !== undefined)
  const names = isPrivate ? [...kind.required, ...kind.secret] : kind.required
  for (const name of names) if (!NAMES.has(name)) bytesOf(jwk, name)
  if (jwk['kty'] === 'EC') assertFieldLengths(jwk, isPrivate)
  const parts = Object.fromEntries(['kty', ...names].map((name) => [name, jwk[name]])) as never
  try {
    const key = isPrivate
      ? createPrivateKey({ key: parts, format: 'jwk' })
      : createPublicKey({ key: parts, format: 'jwk' })
    assertPublicMembers(isPrivate ? createPublicKey(key) : key, kind, jwk)
    return { kind: isPrivate ? 'private' : 'public', key }
  } catch (error) {
    if (error instanceof CryptoError) throw error
    throw invalidKey('JWK is not a valid key')
  }
}

/** The public members must be those of the key that was built (an OKP's `x` is otherwise never looked at). */
function assertPublicMembers(key: KeyObject, kind: Members, jwk: Record<string, unknown>): void {
  const actual = key.export({ format: 'jwk' }) as Record<string, unknown>
  for (const name of kind.required) {
    if (actual[name] !== jwk[name]) throw invalidKey('JWK members contradict each other')
  }
}

/** RFC 7518 §6.2.1.2: coordinates and scalar are as long as the field. */
function assertFieldLengths(jwk: Record<string, unknown>, isPrivate: boolean): void {
  const fieldBytes = EC_FIELD_BYTES[String(jwk['crv'])]
  if (fieldBytes === undefined) throw unsupported('JWK names a curve this build does not offer')
  for (const name of isPrivate ? ['x', 'y', 'd'] : ['x', 'y']) {
    if (bytesOf(jwk, name).length !== fieldBytes)
      throw invalidKey(`JWK member ${name} has the wrong length`)
  }
}

function bytesOf(jwk: Record<string, unknown>, name: string): Uint8Array {
  const value = jwk[name]
  if (typeof value !== 'string') throw invalidKey(`JWK member ${name} is missing`)
  try {
    return decodeBase64url(value)
  } catch (error) {
    if (error instanceof BytesError) throw invalidKey(`JWK member ${name} is not base64url`)
    throw error
  }
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw invalidKey('JWK is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidKey('JWK is not a JSON object')
  }
  return value as Record<string, unknown>
}

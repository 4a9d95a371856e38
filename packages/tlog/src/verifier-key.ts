// c2sp.org/signed-note, "Verifier keys": `<name>+<key id, 8 hex>+<base64(type || public key)>`.
// Subset: Ed25519 (0x01), Ed25519 cosignature (0x04), ML-DSA-44 cosignature (0x06). Others are refused.
import {
  concat,
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  encodeUtf8,
} from '@claviger/bytes'
import { decodeOrRefuse, TlogError } from './error.ts'
import type { Sha256 } from './hash.ts'

/** Signature type bytes (c2sp.org/signed-note, "Signature types"; c2sp.org/tlog-cosignature). */
export const SIGNATURE_TYPES = {
  ed25519: 0x01,
  'cosignature-ed25519': 0x04,
  'cosignature-ml-dsa-44': 0x06,
} as const

export type SignatureType = keyof typeof SIGNATURE_TYPES

export interface VerifierKey {
  readonly name: string
  readonly type: SignatureType
  readonly publicKey: Uint8Array
}

const PUBLIC_KEY_BYTES = {
  ed25519: 32,
  'cosignature-ed25519': 32,
  'cosignature-ml-dsa-44': 1312,
} as const satisfies Record<SignatureType, number>

export const KEY_NAME_BYTES_MAX = 255
const VERIFIER_KEY_CHARACTERS_MAX = 4096
const KEY_ID = /^[0-9a-f]{8}$/
const FORBIDDEN_IN_NAME = /[\p{White_Space}\p{Cc}+]/u

/** Key names are not empty and hold neither Unicode spaces nor plus (c2sp.org/signed-note, "Format"). */
export function isKeyName(name: string): boolean {
  return (
    name.length > 0 &&
    name.isWellFormed() &&
    !FORBIDDEN_IN_NAME.test(name) &&
    encodeUtf8(name).length <= KEY_NAME_BYTES_MAX
  )
}

/** `SHA-256(name || 0x0A || type || public key)[:4]`, big-endian. */
export function keyId(sha256: Sha256, key: VerifierKey): number {
  assertVerifierKey(key)
  const digest = sha256(concat(encodeUtf8(`${key.name}\n`), typedKey(key)))
  return new DataView(digest.buffer, digest.byteOffset, digest.byteLength).getUint32(0)
}

export function encodeVerifierKey(sha256: Sha256, key: VerifierKey): string {
  const id = new Uint8Array(4)
  new DataView(id.buffer).setUint32(0, keyId(sha256, key))
  return `${key.name}+${encodeHex(id)}+${encodeBase64(typedKey(key))}`
}

/** Accepts exactly what `encodeVerifierKey` writes: the key id must be that of the key. */
export function parseVerifierKey(sha256: Sha256, text: string): VerifierKey {
  if (text.length > VERIFIER_KEY_CHARACTERS_MAX) throw malformed()
  const first = text.indexOf('+')
  const second = text.indexOf('+', first + 1)
  if (first < 0 || second < 0) throw malformed()
  const id = text.slice(first + 1, second)
  if (!KEY_ID.test(id)) throw malformed()
  const typed = decodeOrRefuse('malformed-key', MALFORMED, () =>
    decodeBase64(text.slice(second + 1)),
  )
  const key = { name: text.slice(0, first), type: parseType(typed[0]), publicKey: typed.slice(1) }
  const expected = new DataView(decodeHex(id).buffer).getUint32(0)
  if (keyId(sha256, key) !== expected) throw malformed()
  return key
}

function assertVerifierKey(key: VerifierKey): void {
  if (!isKeyName(key.name) || key.publicKey.length !== PUBLIC_KEY_BYTES[key.type]) throw malformed()
}

function parseType(byte: number | undefined): SignatureType {
  for (const [type, value] of Object.entries(SIGNATURE_TYPES)) {
    if (value === byte) return type as SignatureType
  }
  throw new TlogError('malformed-key', 'the signature type of the verifier key is not supported')
}

/** `type(1) || public key` */
function typedKey(key: VerifierKey): Uint8Array {
  return concat(Uint8Array.of(SIGNATURE_TYPES[key.type]), key.publicKey)
}

const MALFORMED = 'the verifier key is malformed; expect name+keyid+base64'

function malformed(): TlogError {
  return new TlogError('malformed-key', MALFORMED)
}

import { KeeperError } from '../error.ts'
import type { Purpose } from './purpose.ts'

/** What kind of mathematical object a key is; decides which halves exist. */
export type KeyForm = 'symmetric' | 'pair'

/** Families share generation, import formats and mechanisms. */
export type KeyFamily =
  | 'aes'
  | 'aes-xts'
  | 'chacha20'
  | 'hmac'
  | 'kdk'
  | 'rsa'
  | 'ec'
  | 'edwards'
  | 'montgomery'
  | 'ml-kem'
  | 'ml-dsa'
  | 'slh-dsa'
  | 'x-wing'

export interface KeySpecFacts {
  readonly form: KeyForm
  readonly family: KeyFamily
  /** Key length in bits as the field counts it (modulus, curve, symmetric key). */
  readonly bits: number
  /** Classical security strength in bits, SP 800-57 pt1 table 2. */
  readonly strength: number
  /** NIST post-quantum category, 0 where a quantum computer breaks it. */
  readonly pqCategory: 0 | 1 | 2 | 3 | 5
  readonly purposes: readonly Purpose[]
}

const symmetric = (
  family: KeyFamily,
  bits: number,
  strength: number,
  ...purposes: Purpose[]
): KeySpecFacts => ({
  form: 'symmetric',
  family,
  bits,
  strength,
  pqCategory: strength >= 256 ? 5 : strength >= 192 ? 3 : strength >= 128 ? 1 : 0,
  purposes,
})

const pair = (
  family: KeyFamily,
  bits: number,
  strength: number,
  pqCategory: KeySpecFacts['pqCategory'],
  ...purposes: Purpose[]
): KeySpecFacts => ({ form: 'pair', family, bits, strength, pqCategory, purposes })

const aes = (bits: number): KeySpecFacts => symmetric('aes', bits, bits, 'encrypt', 'wrap', 'mac')
const hmac = (bits: number, strength: number): KeySpecFacts =>
  symmetric('hmac', bits, strength, 'mac')
const kdk = (bits: number): KeySpecFacts => symmetric('kdk', bits, Math.min(bits, 256), 'derive')
const rsa = (bits: number, strength: number): KeySpecFacts =>
  pair('rsa', bits, strength, 0, 'sign', 'encrypt', 'wrap')
const ec = (bits: number, strength: number): KeySpecFacts =>
  pair('ec', bits, strength, 0, 'sign', 'agree')
const slh = (strength: number): KeySpecFacts =>
  pair('slh-dsa', strength, strength, strength === 128 ? 1 : strength === 192 ? 3 : 5, 'sign')

/** Every key spec the keeper knows. The names are shared with the crypto package, by name only. */
export const KEY_SPECS = {
  'aes-128': aes(128),
  'aes-192': aes(192),
  'aes-256': aes(256),
  'aes-128-xts': symmetric('aes-xts', 256, 128, 'encrypt'),
  'aes-256-xts': symmetric('aes-xts', 512, 256, 'encrypt'),
  chacha20: symmetric('chacha20', 256, 256, 'encrypt'),
  'hmac-sha1': hmac(160, 160),
  'hmac-sha224': hmac(224, 224),
  'hmac-sha256': hmac(256, 256),
  'hmac-sha384': hmac(384, 256),
  'hmac-sha512': hmac(512, 256),
  'hmac-sha3-224': hmac(224, 224),
  'hmac-sha3-256': hmac(256, 256),
  'hmac-sha3-384': hmac(384, 256),
  'hmac-sha3-512': hmac(512, 256),
  'kdk-128': kdk(128),
  'kdk-256': kdk(256),
  'kdk-384': kdk(384),
  'kdk-512': kdk(512),
  'rsa-2048': rsa(2048, 112),
  'rsa-3072': rsa(3072, 128),
  'rsa-4096': rsa(4096, 128),
  'rsa-6144': rsa(6144, 128),
  'rsa-8192': rsa(8192, 192),
  'ec-p256': ec(256, 128),
  'ec-p384': ec(384, 192),
  'ec-p521': ec(521, 256),
  'ec-secp256k1': ec(256, 128),
  'ec-brainpool-p256r1': ec(256, 128),
  'ec-brainpool-p384r1': ec(384, 192),
  'ec-brainpool-p512r1': ec(512, 256),
  ed25519: pair('edwards', 256, 128, 0, 'sign'),
  ed448: pair('edwards', 456, 224, 0, 'sign'),
  x25519: pair('montgomery', 256, 128, 0, 'agree'),
  x448: pair('montgomery', 448, 224, 0, 'agree'),
  'ml-kem-512': pair('ml-kem', 512, 128, 1, 'encapsulate'),
  'ml-kem-768': pair('ml-kem', 768, 192, 3, 'encapsulate'),
  'ml-kem-1024': pair('ml-kem', 1024, 256, 5, 'encapsulate'),
  'ml-dsa-44': pair('ml-dsa', 44, 128, 2, 'sign'),
  'ml-dsa-65': pair('ml-dsa', 65, 192, 3, 'sign'),
  'ml-dsa-87': pair('ml-dsa', 87, 256, 5, 'sign'),
  'slh-dsa-sha2-128s': slh(128),
  'slh-dsa-sha2-128f': slh(128),
  'slh-dsa-sha2-192s': slh(192),
  'slh-dsa-sha2-192f': slh(192),
  'slh-dsa-sha2-256s': slh(256),
  'slh-dsa-sha2-256f': slh(256),
  'slh-dsa-shake-128s': slh(128),
  'slh-dsa-shake-128f': slh(128),
  'slh-dsa-shake-192s': slh(192),
  'slh-dsa-shake-192f': slh(192),
  'slh-dsa-shake-256s': slh(256),
  'slh-dsa-shake-256f': slh(256),
  'x-wing': pair('x-wing', 768, 128, 3, 'encapsulate'),
} as const satisfies Readonly<Record<string, KeySpecFacts>>

export type KeySpec = keyof typeof KEY_SPECS

export const KEY_SPEC_NAMES = Object.keys(KEY_SPECS) as readonly KeySpec[]

export function specFacts(spec: KeySpec): KeySpecFacts {
  return KEY_SPECS[spec]
}

export function parseKeySpec(text: string): KeySpec {
  if (Object.hasOwn(KEY_SPECS, text)) return text as KeySpec
  throw new KeeperError('invalid-input', `unknown key spec \`${text.slice(0, 40)}\``, {
    details: { known: KEY_SPEC_NAMES },
  })
}

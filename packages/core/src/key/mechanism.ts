import { KeeperError } from '../error.ts'
import { type KeyFamily, type KeySpec, specFacts } from './spec.ts'
import type { Usage } from './purpose.ts'

export interface MechanismFacts {
  readonly families: readonly KeyFamily[]
  readonly usages: readonly Usage[]
  /** Off until a key's own policy names it (SP 800-131A legacy use, ASVS 11.3.1). */
  readonly legacy?: true
  /** The specs it is tied to, where the family alone does not say. */
  readonly specs?: readonly KeySpec[]
  /**
   * Protecting invocations allowed under one key version: 2^32 for AEADs under random 96-bit IVs
   * (SP 800-38D §8.3).
   */
  readonly invocationsMax?: number
  /** Bytes one version may protect, where the mode's own bound is lower than any practical quota. */
  readonly bytesMax?: number
}

const RANDOM_IV_INVOCATIONS = 2 ** 32
const cipher: readonly Usage[] = ['encrypt', 'decrypt']
const wrapping: readonly Usage[] = ['wrap', 'unwrap']
const signing: readonly Usage[] = ['sign', 'verify']
const macing: readonly Usage[] = ['mac', 'verify-mac']

const hmac = (spec: KeySpec, legacy?: true): MechanismFacts => ({
  families: ['hmac'],
  usages: macing,
  specs: [spec],
  ...(legacy && { legacy }),
})
const rsaSign = (legacy?: true): MechanismFacts => ({
  families: ['rsa'],
  usages: signing,
  ...(legacy && { legacy }),
})
const rsaOaep = (legacy?: true): MechanismFacts => ({
  families: ['rsa'],
  usages: ['encrypt', 'decrypt', 'wrap', 'unwrap'],
  ...(legacy && { legacy }),
})
const ecdsa = (legacy?: true): MechanismFacts => ({
  families: ['ec'],
  usages: signing,
  ...(legacy && { legacy }),
})
const derive: MechanismFacts = { families: ['kdk'], usages: ['derive'] }

/** Every mechanism the keeper knows. The names are shared with the crypto package, by name only. */
export const MECHANISMS = {
  'aes-gcm': {
    families: ['aes'],
    usages: ['encrypt', 'decrypt', 'wrap', 'unwrap'],
    invocationsMax: RANDOM_IV_INVOCATIONS,
  },
  'aes-gcm-siv': {
    families: ['aes'],
    usages: cipher,
    specs: ['aes-128', 'aes-256'],
    invocationsMax: 2 ** 48,
  },
  'aes-ccm': { families: ['aes'], usages: cipher, invocationsMax: RANDOM_IV_INVOCATIONS },
  'aes-ctr': { families: ['aes'], usages: cipher, invocationsMax: RANDOM_IV_INVOCATIONS },
  'aes-cbc': {
    families: ['aes'],
    usages: cipher,
    legacy: true,
    invocationsMax: RANDOM_IV_INVOCATIONS,
  },
  'aes-ecb': { families: ['aes'], usages: cipher, legacy: true },
  'aes-xts': { families: ['aes-xts'], usages: cipher },
  'aes-kw': { families: ['aes'], usages: wrapping },
  'aes-kwp': { families: ['aes'], usages: wrapping },
  'aes-cmac': { families: ['aes'], usages: macing },
  'chacha20-poly1305': {
    families: ['chacha20'],
    usages: cipher,
    invocationsMax: RANDOM_IV_INVOCATIONS,
  },
  'hmac-sha1': hmac('hmac-sha1', true),
  'hmac-sha224': hmac('hmac-sha224'),
  'hmac-sha256': hmac('hmac-sha256'),
  'hmac-sha384': hmac('hmac-sha384'),
  'hmac-sha512': hmac('hmac-sha512'),
  'hmac-sha3-224': hmac('hmac-sha3-224'),
  'hmac-sha3-256': hmac('hmac-sha3-256'),
  'hmac-sha3-384': hmac('hmac-sha3-384'),
  'hmac-sha3-512': hmac('hmac-sha3-512'),
  'rsa-oaep-sha1': rsaOaep(true),
  'rsa-oaep-sha256': rsaOaep(),
  'rsa-oaep-sha384': rsaOaep(),
  'rsa-oaep-sha512': rsaOaep(),
  'rsa-pkcs1': rsaOaep(true),
  'rsa-aes-kwp-sha1': { families: ['rsa'], usages: wrapping, legacy: true },
  'rsa-aes-kwp-sha256': { families: ['rsa'], usages: wrapping },
  'rsa-pss-sha256': rsaSign(),
  'rsa-pss-sha384': rsaSign(),
  'rsa-pss-sha512': rsaSign(),
  'rsa-pkcs1-sha1': rsaSign(true),
  'rsa-pkcs1-sha256': rsaSign(true),
  'rsa-pkcs1-sha384': rsaSign(true),
  'rsa-pkcs1-sha512': rsaSign(true),
  'ecdsa-sha1': ecdsa(true),
  'ecdsa-sha256': ecdsa(),
  'ecdsa-sha384': ecdsa(),
  'ecdsa-sha512': ecdsa(),
  'ecdsa-sha3-256': ecdsa(),
  'ecdsa-sha3-384': ecdsa(),
  'ecdsa-sha3-512': ecdsa(),
  ed25519: { families: ['edwards'], usages: signing, specs: ['ed25519'] },
  ed25519ph: { families: ['edwards'], usages: signing, specs: ['ed25519'] },
  ed448: { families: ['edwards'], usages: signing, specs: ['ed448'] },
  ed448ph: { families: ['edwards'], usages: signing, specs: ['ed448'] },
  'ml-dsa': { families: ['ml-dsa'], usages: signing },
  'slh-dsa': { families: ['slh-dsa'], usages: signing },
  ecdh: { families: ['ec'], usages: ['agree'] },
  x25519: { families: ['montgomery'], usages: ['agree'], specs: ['x25519'] },
  x448: { families: ['montgomery'], usages: ['agree'], specs: ['x448'] },
  'ml-kem': { families: ['ml-kem'], usages: ['encapsulate', 'decapsulate'] },
  'x-wing': { families: ['x-wing'], usages: ['encapsulate', 'decapsulate'] },
  'hkdf-sha256': derive,
  'hkdf-sha384': derive,
  'hkdf-sha512': derive,
  'kbkdf-hmac-sha256': derive,
  'kbkdf-hmac-sha384': derive,
  'kbkdf-hmac-sha512': derive,
  'kbkdf-cmac': { ...derive, specs: ['kdk-128', 'kdk-256'] },
  'onestep-sha256': derive,
  'onestep-sha384': derive,
  'onestep-sha512': derive,
  'onestep-hmac-sha256': derive,
} as const satisfies Readonly<Record<string, MechanismFacts>>

export type Mechanism = keyof typeof MECHANISMS

export const MECHANISM_NAMES = Object.keys(MECHANISMS) as readonly Mechanism[]

export function mechanismFacts(mechanism: Mechanism): MechanismFacts {
  return MECHANISMS[mechanism]
}

export function parseMechanism(text: string): Mechanism {
  if (Object.hasOwn(MECHANISMS, text)) return text as Mechanism
  throw new KeeperError('invalid-input', `unknown mechanism \`${text.slice(0, 40)}\``)
}

/** Whether a key of this spec can take part in this mechanism at all. */
export function suits(mechanism: Mechanism, spec: KeySpec): boolean {
  const facts = mechanismFacts(mechanism)
  if (facts.specs !== undefined) return facts.specs.includes(spec)
  return facts.families.includes(specFacts(spec).family)
}

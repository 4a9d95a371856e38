import { KeeperError } from '../error.ts'
import { type KeyFamily, type KeySpec, specFacts } from './spec.ts'
import { type Purpose, PURPOSE_USAGES, type Usage } from './purpose.ts'

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
  /**
   * The caller may choose the IV: a tweak, or a block that only has to be unpredictable. Never for a mode
   * whose safety is the IV's uniqueness, where choosing it is as good as decrypting.
   */
  readonly callerIv?: true
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
  // CTR is the key stream of GCM without its tag: a key open to both could be made to decrypt GCM
  // ciphertext unchecked. So it is off until a key names it, like the modes that are legacy by age.
  'aes-ctr': {
    families: ['aes'],
    usages: cipher,
    legacy: true,
    invocationsMax: RANDOM_IV_INVOCATIONS,
  },
  'aes-cbc': {
    families: ['aes'],
    usages: cipher,
    legacy: true,
    invocationsMax: RANDOM_IV_INVOCATIONS,
    callerIv: true,
  },
  'aes-ecb': { families: ['aes'], usages: cipher, legacy: true },
  'aes-xts': { families: ['aes-xts'], usages: cipher, callerIv: true },
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

/** Whether this mechanism serves some usage of this purpose with a key of this spec. */
export function serves(mechanism: Mechanism, spec: KeySpec, purpose: Purpose): boolean {
  const { usages } = mechanismFacts(mechanism)
  return suits(mechanism, spec) && usages.some((usage) => PURPOSE_USAGES[purpose].includes(usage))
}

/** The usage a key of a purpose is for; the others only accompany it. */
function mainUsage(purpose: Purpose): Usage {
  return PURPOSE_USAGES[purpose][0] as Usage
}

const HASH_BITS = /sha(?:3-)?(\d+)$/

/** Output length of the mechanism's hash in bits; undefined where it has none. */
export function hashBitsOf(mechanism: Mechanism): number | undefined {
  const digits = HASH_BITS.exec(mechanism)?.[1]
  if (digits === undefined) return undefined
  return digits === '1' ? 160 : Number(digits)
}

/** A signature is no stronger than its hash resists collisions (SP 800-57 pt1 table 3): half its length. */
function holdsStrength(mechanism: Mechanism, spec: KeySpec): boolean {
  const bits = hashBitsOf(mechanism)
  if (bits === undefined) return true
  const collisions = mechanismFacts(mechanism).usages.includes('sign')
  return (collisions ? bits / 2 : bits) >= specFacts(spec).strength
}

/**
 * What a new key may be asked for when its creator names nothing: everything that serves its purpose and
 * is not legacy, those for its main usage first, of these the ones as strong as the key first.
 */
export function defaultMechanisms(spec: KeySpec, purpose: Purpose): Mechanism[] {
  const main = mainUsage(purpose)
  const rank = (mechanism: Mechanism): number =>
    (mechanismFacts(mechanism).usages.includes(main) ? 0 : 2) +
    (holdsStrength(mechanism, spec) ? 0 : 1)
  return MECHANISM_NAMES.filter(
    (mechanism) => mechanismFacts(mechanism).legacy !== true && serves(mechanism, spec, purpose),
  ).toSorted((one, other) => rank(one) - rank(other))
}

/** Whether a key may carry this list; `invalid-input` names the first mechanism that is wrong. */
export function assertMechanisms(
  list: readonly Mechanism[],
  spec: KeySpec,
  purpose: Purpose,
): void {
  const permitted = MECHANISM_NAMES.filter((mechanism) => serves(mechanism, spec, purpose))
  const refuse = (message: string): KeeperError =>
    new KeeperError('invalid-input', message, { details: { spec, purpose, permitted } })
  if (new Set(list).size !== list.length) throw refuse('a mechanism is named twice')
  for (const mechanism of list) {
    if (serves(mechanism, spec, purpose)) continue
    throw refuse(
      `mechanism \`${mechanism}\` does not serve to ${purpose} with a key of spec \`${spec}\``,
    )
  }
  const main = mainUsage(purpose)
  if (!list.some((mechanism) => mechanismFacts(mechanism).usages.includes(main))) {
    throw refuse(`name at least one mechanism to ${main} with`)
  }
}

/** What choosing a mechanism needs to know of a key. */
export interface MechanismHolder {
  readonly name: string
  readonly mechanisms: readonly Mechanism[]
}

/**
 * The mechanism of a call: the one asked for, when the key names it and it admits the usage, or the first
 * of the key's that does. Throws `algorithm-disallowed` or `wrong-usage`.
 */
export function pickMechanism(key: MechanismHolder, usage: Usage, asked?: Mechanism): Mechanism {
  if (asked !== undefined) {
    if (!key.mechanisms.includes(asked)) throw notNamed(key, asked)
    if (mechanismFacts(asked).usages.includes(usage)) return asked
    throw new KeeperError('wrong-usage', `mechanism \`${asked}\` cannot ${usage}`, {
      details: { mechanism: asked, usage },
    })
  }
  for (const mechanism of key.mechanisms) {
    if (mechanismFacts(mechanism).usages.includes(usage)) return mechanism
  }
  throw new KeeperError('wrong-usage', `key \`${key.name}\` names no mechanism that can ${usage}`, {
    details: { usage, permitted: key.mechanisms },
  })
}

/** A mechanism that the key does not name is off for it, legacy ones above all. */
export function notNamed(key: MechanismHolder, mechanism: Mechanism): KeeperError {
  return new KeeperError(
    'algorithm-disallowed',
    `key \`${key.name}\` does not admit mechanism \`${mechanism}\`; update its mechanisms or use another`,
    { details: { mechanism, permitted: key.mechanisms } },
  )
}

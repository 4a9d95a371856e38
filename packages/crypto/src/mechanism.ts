// The mechanisms: what is done with a key, and with which keys it may be done. Every operation looks its
// mechanism up here and refuses a key whose specification is not in the row. Names are a contract with
// the rest of the system.
import { type KeySpec, keySpecNames, keySpecs } from './spec.ts'

/** What a mechanism is for. */
export type MechanismUse = 'encrypt' | 'mac' | 'sign' | 'wrap' | 'agree' | 'encapsulate' | 'derive'

export type MechanismEntry = {
  readonly uses: readonly MechanismUse[]
  readonly specs: readonly KeySpec[]
}

const AES = ['aes-128', 'aes-192', 'aes-256'] as const
const KDK = ['kdk-128', 'kdk-256', 'kdk-384', 'kdk-512'] as const
const RSA = ofFamily('rsa')
const EC = ofFamily('ec')

function ofFamily(family: string): readonly KeySpec[] {
  return keySpecNames.filter((name) => keySpecs[name].family === family)
}

function row(uses: readonly MechanismUse[], specs: readonly KeySpec[]): MechanismEntry {
  return { uses, specs }
}

const DERIVE_HASH = row(['derive'], KDK)
const SIGN_RSA = row(['sign'], RSA)
const SIGN_EC = row(['sign'], EC)
const RSA_OAEP = row(['encrypt', 'wrap'], RSA)

export const mechanisms = {
  'aes-gcm': row(['encrypt', 'wrap'], AES),
  'aes-gcm-siv': row(['encrypt'], AES),
  'aes-ccm': row(['encrypt'], AES),
  'aes-ctr': row(['encrypt'], AES),
  'aes-cbc': row(['encrypt'], AES),
  'aes-ecb': row(['encrypt'], AES),
  'aes-xts': row(['encrypt'], ['aes-128-xts', 'aes-256-xts']),
  'aes-kw': row(['wrap'], AES),
  'aes-kwp': row(['wrap'], AES),
  'aes-cmac': row(['mac'], AES),
  'chacha20-poly1305': row(['encrypt'], ['chacha20']),
  'hmac-sha1': row(['mac'], ['hmac-sha1']),
  'hmac-sha224': row(['mac'], ['hmac-sha224']),
  'hmac-sha256': row(['mac'], ['hmac-sha256']),
  'hmac-sha384': row(['mac'], ['hmac-sha384']),
  'hmac-sha512': row(['mac'], ['hmac-sha512']),
  'hmac-sha3-224': row(['mac'], ['hmac-sha3-224']),
  'hmac-sha3-256': row(['mac'], ['hmac-sha3-256']),
  'hmac-sha3-384': row(['mac'], ['hmac-sha3-384']),
  'hmac-sha3-512': row(['mac'], ['hmac-sha3-512']),
  'rsa-oaep-sha1': RSA_OAEP,
  'rsa-oaep-sha256': RSA_OAEP,
  'rsa-oaep-sha384': RSA_OAEP,
  'rsa-oaep-sha512': RSA_OAEP,
  'rsa-pkcs1': row(['encrypt'], RSA),
  'rsa-pss-sha256': SIGN_RSA,
  'rsa-pss-sha384': SIGN_RSA,
  'rsa-pss-sha512': SIGN_RSA,
  'rsa-pkcs1-sha1': SIGN_RSA,
  'rsa-pkcs1-sha256': SIGN_RSA,
  'rsa-pkcs1-sha384': SIGN_RSA,
  'rsa-pkcs1-sha512': SIGN_RSA,
  'ecdsa-sha1': SIGN_EC,
  'ecdsa-sha256': SIGN_EC,
  'ecdsa-sha384': SIGN_EC,
  'ecdsa-sha512': SIGN_EC,
  'ecdsa-sha3-256': SIGN_EC,
  'ecdsa-sha3-384': SIGN_EC,
  'ecdsa-sha3-512': SIGN_EC,
  ed25519: row(['sign'], ['ed25519']),
  ed25519ph: row(['sign'], ['ed25519']),
  ed448: row(['sign'], ['ed448']),
  ed448ph: row(['sign'], ['ed448']),
  'ml-dsa': row(['sign'], ofFamily('ml-dsa')),
  'slh-dsa': row(['sign'], ofFamily('slh-dsa')),
  ecdh: row(['agree'], EC),
  x25519: row(['agree'], ['x25519']),
  x448: row(['agree'], ['x448']),
  'ml-kem': row(['encapsulate'], ofFamily('ml-kem')),
  'x-wing': row(['encapsulate'], ['x-wing']),
  'rsa-aes-kwp-sha256': row(['wrap'], RSA),
  'rsa-aes-kwp-sha1': row(['wrap'], RSA),
  'hkdf-sha256': DERIVE_HASH,
  'hkdf-sha384': DERIVE_HASH,
  'hkdf-sha512': DERIVE_HASH,
  'kbkdf-hmac-sha256': DERIVE_HASH,
  'kbkdf-hmac-sha384': DERIVE_HASH,
  'kbkdf-hmac-sha512': DERIVE_HASH,
  // CMAC is keyed by AES, so only key lengths AES has (SP 800-108r1 §4).
  'kbkdf-cmac': row(['derive'], ['kdk-128', 'kdk-256']),
  'onestep-sha256': DERIVE_HASH,
  'onestep-sha384': DERIVE_HASH,
  'onestep-sha512': DERIVE_HASH,
  'onestep-hmac-sha256': DERIVE_HASH,
} as const satisfies Record<string, MechanismEntry>

export type Mechanism = keyof typeof mechanisms

type MechanismNamed<Prefix extends string> = Extract<Mechanism, `${Prefix}${string}`>

export type EncryptMechanism =
  | Exclude<MechanismNamed<'aes-'>, 'aes-kw' | 'aes-kwp' | 'aes-cmac'>
  | 'chacha20-poly1305'
  | MechanismNamed<'rsa-oaep-'>
  | 'rsa-pkcs1'
export type MacMechanism = MechanismNamed<'hmac-'> | 'aes-cmac'
export type SignMechanism =
  | MechanismNamed<'rsa-pss-'>
  | MechanismNamed<'rsa-pkcs1-'>
  | MechanismNamed<'ecdsa-'>
  | MechanismNamed<'ed'>
  | 'ml-dsa'
  | 'slh-dsa'
export type WrapMechanism =
  | 'aes-kw'
  | 'aes-kwp'
  | 'aes-gcm'
  | MechanismNamed<'rsa-oaep-'>
  | MechanismNamed<'rsa-aes-kwp-'>
export type DeriveMechanism =
  | MechanismNamed<'hkdf-'>
  | MechanismNamed<'kbkdf-'>
  | MechanismNamed<'onestep-'>

/** Every mechanism, in the table's order. */
export const mechanismNames: readonly Mechanism[] = Object.freeze(
  Object.keys(mechanisms) as Mechanism[],
)

export function isMechanism(name: string): name is Mechanism {
  return Object.hasOwn(mechanisms, name)
}

/** The table's row for `mechanism`. */
export function mechanismEntry(mechanism: Mechanism): MechanismEntry {
  return mechanisms[mechanism]
}

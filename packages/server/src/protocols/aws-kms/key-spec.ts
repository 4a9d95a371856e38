import type { Key, KeyRequest, KeySpec, Mechanism, Purpose } from '@claviger/core'

/** AWS's `KeyUsageType`. */
export const KEY_USAGES = [
  'SIGN_VERIFY',
  'ENCRYPT_DECRYPT',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
  'ENCAPSULATE_DECAPSULATE',
] as const
export type KeyUsage = (typeof KEY_USAGES)[number]

/** AWS's names of algorithms, by the keeper's mechanism; what a call and `KeyMetadata` speak of. */
export const ENCRYPTION_ALGORITHMS = {
  SYMMETRIC_DEFAULT: 'aes-gcm',
  RSAES_OAEP_SHA_1: 'rsa-oaep-sha1',
  RSAES_OAEP_SHA_256: 'rsa-oaep-sha256',
} as const satisfies Readonly<Record<string, Mechanism>>

export const SIGNING_ALGORITHMS = {
  RSASSA_PKCS1_V1_5_SHA_256: 'rsa-pkcs1-sha256',
  RSASSA_PKCS1_V1_5_SHA_384: 'rsa-pkcs1-sha384',
  RSASSA_PKCS1_V1_5_SHA_512: 'rsa-pkcs1-sha512',
  RSASSA_PSS_SHA_256: 'rsa-pss-sha256',
  RSASSA_PSS_SHA_384: 'rsa-pss-sha384',
  RSASSA_PSS_SHA_512: 'rsa-pss-sha512',
  ECDSA_SHA_256: 'ecdsa-sha256',
  ECDSA_SHA_384: 'ecdsa-sha384',
  ECDSA_SHA_512: 'ecdsa-sha512',
  ED25519_SHA_512: 'ed25519',
  ED25519_PH_SHA_512: 'ed25519ph',
  ML_DSA_SHAKE_256: 'ml-dsa',
} as const satisfies Readonly<Record<string, Mechanism>>

export const MAC_ALGORITHMS = {
  HMAC_SHA_224: 'hmac-sha224',
  HMAC_SHA_256: 'hmac-sha256',
  HMAC_SHA_384: 'hmac-sha384',
  HMAC_SHA_512: 'hmac-sha512',
} as const satisfies Readonly<Record<string, Mechanism>>

export const KEY_AGREEMENT_ALGORITHMS = { ECDH: 'ecdh' } as const satisfies Readonly<
  Record<string, Mechanism>
>

export const ENCAPSULATION_ALGORITHMS = { ML_KEM: 'ml-kem' } as const

interface AwsKeySpecFacts {
  readonly spec: KeySpec
  /** The first is what AWS assumes where it assumes anything. */
  readonly usages: Partial<Record<KeyUsage, readonly string[]>>
  /** Whether `KeyUsage` may be left out of CreateKey (symmetric encryption keys only). */
  readonly usageOptional?: true
}

const RSA_SIGNING = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
]
const rsa = (spec: KeySpec): AwsKeySpecFacts => ({
  spec,
  usages: {
    ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
    SIGN_VERIFY: RSA_SIGNING,
  },
})
const ecc = (spec: KeySpec, algorithm: string): AwsKeySpecFacts => ({
  spec,
  usages: { SIGN_VERIFY: [algorithm], KEY_AGREEMENT: ['ECDH'] },
})
const hmac = (spec: KeySpec, algorithm: string): AwsKeySpecFacts => ({
  spec,
  usages: { GENERATE_VERIFY_MAC: [algorithm] },
})
const mlDsa = (spec: KeySpec): AwsKeySpecFacts => ({
  spec,
  usages: { SIGN_VERIFY: ['ML_DSA_SHAKE_256'] },
})
const mlKem = (spec: KeySpec): AwsKeySpecFacts => ({
  spec,
  usages: { ENCAPSULATE_DECAPSULATE: ['ML_KEM'] },
})

/** Every `KeySpec` of AWS, but SM2, which it has in China only. */
export const AWS_KEY_SPECS = {
  SYMMETRIC_DEFAULT: {
    spec: 'aes-256',
    usages: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] },
    usageOptional: true,
  },
  RSA_2048: rsa('rsa-2048'),
  RSA_3072: rsa('rsa-3072'),
  RSA_4096: rsa('rsa-4096'),
  ECC_NIST_P256: ecc('ec-p256', 'ECDSA_SHA_256'),
  ECC_NIST_P384: ecc('ec-p384', 'ECDSA_SHA_384'),
  ECC_NIST_P521: ecc('ec-p521', 'ECDSA_SHA_512'),
  ECC_SECG_P256K1: { spec: 'ec-secp256k1', usages: { SIGN_VERIFY: ['ECDSA_SHA_256'] } },
  ECC_NIST_EDWARDS25519: {
    spec: 'ed25519',
    usages: { SIGN_VERIFY: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] },
  },
  HMAC_224: hmac('hmac-sha224', 'HMAC_SHA_224'),
  HMAC_256: hmac('hmac-sha256', 'HMAC_SHA_256'),
  HMAC_384: hmac('hmac-sha384', 'HMAC_SHA_384'),
  HMAC_512: hmac('hmac-sha512', 'HMAC_SHA_512'),
  ML_DSA_44: mlDsa('ml-dsa-44'),
  ML_DSA_65: mlDsa('ml-dsa-65'),
  ML_DSA_87: mlDsa('ml-dsa-87'),
  ML_KEM_512: mlKem('ml-kem-512'),
  ML_KEM_768: mlKem('ml-kem-768'),
  ML_KEM_1024: mlKem('ml-kem-1024'),
} as const satisfies Readonly<Record<string, AwsKeySpecFacts>>

export type AwsKeySpec = keyof typeof AWS_KEY_SPECS

/** In AWS's order, as its messages name the set. */
export const AWS_KEY_SPEC_NAMES = Object.keys(AWS_KEY_SPECS) as readonly AwsKeySpec[]

const ALL_ALGORITHMS: Readonly<Record<string, Mechanism>> = {
  ...ENCRYPTION_ALGORITHMS,
  ...SIGNING_ALGORITHMS,
  ...MAC_ALGORITHMS,
  ...KEY_AGREEMENT_ALGORITHMS,
  ...ENCAPSULATION_ALGORITHMS,
}

const PURPOSES: Readonly<Record<KeyUsage, Purpose>> = {
  ENCRYPT_DECRYPT: 'encrypt',
  SIGN_VERIFY: 'sign',
  GENERATE_VERIFY_MAC: 'mac',
  KEY_AGREEMENT: 'agree',
  ENCAPSULATE_DECAPSULATE: 'encapsulate',
}

export function specFactsOf(keySpec: AwsKeySpec): AwsKeySpecFacts {
  return AWS_KEY_SPECS[keySpec]
}

/** The keeper's words for a key of this spec and usage, which must go together. */
export function coreRequestOf(
  keySpec: AwsKeySpec,
  keyUsage: KeyUsage,
): Pick<KeyRequest, 'spec' | 'purpose' | 'mechanisms' | 'cryptoperiod'> {
  const { spec, usages } = specFactsOf(keySpec)
  const algorithms = usages[keyUsage] ?? []
  return {
    spec,
    purpose: PURPOSES[keyUsage],
    // Named one by one: some are legacy for the keeper, and off until a key names them.
    mechanisms: algorithms.map((name) => ALL_ALGORITHMS[name] as Mechanism),
    // AWS's keys have no end of their own.
    cryptoperiod: { protectDays: 'unlimited' },
  }
}

/** What AWS calls a key of the keeper's, whoever made it. */
export interface AwsKeyWords {
  readonly keySpec: AwsKeySpec
  readonly keyUsage: KeyUsage
  /** The algorithms of that usage which the key's own mechanisms allow. Never empty. */
  readonly algorithms: readonly string[]
}

const remembered = new WeakMap<Key, AwsKeyWords | null>()

/** Undefined for a key that AWS has no words for (a wrapping key, brainpool, XTS, …): not shown here. */
export function awsWordsOf(key: Key): AwsKeyWords | undefined {
  let words = remembered.get(key)
  if (words === undefined) remembered.set(key, (words = findWords(key) ?? null))
  return words ?? undefined
}

function findWords(key: Key): AwsKeyWords | undefined {
  const keySpec = AWS_KEY_SPEC_NAMES.find((name) => AWS_KEY_SPECS[name].spec === key.spec)
  const keyUsage = KEY_USAGES.find((usage) => PURPOSES[usage] === key.purpose)
  if (keySpec === undefined || keyUsage === undefined) return undefined
  const algorithms = (specFactsOf(keySpec).usages[keyUsage] ?? []).filter((name) =>
    key.mechanisms.includes(ALL_ALGORITHMS[name] as Mechanism),
  )
  return algorithms.length === 0 ? undefined : { keySpec, keyUsage, algorithms }
}

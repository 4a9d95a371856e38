// The key specifications: what a key is, apart from what it is used for (SP 800-57 pt1 §5.6.1.1 for the
// strengths). Names are a contract with the rest of the system.

/** How a specification's material is made and held. */
export type KeyFamily =
  | 'symmetric'
  | 'rsa'
  | 'ec'
  | 'edwards'
  | 'montgomery'
  | 'ml-kem'
  | 'ml-dsa'
  | 'slh-dsa'
  | 'x-wing'

export type SpecEntry = {
  readonly family: KeyFamily
  /** Security strength in bits against a classical attacker. */
  readonly strengthBits: number
  /** Symmetric: the key's length. RSA: the modulus's length. Else unset. */
  readonly lengthBytes?: number
  /** Symmetric keys of which the length may vary (HMAC): the bounds an imported one must keep. */
  readonly lengthBytesMin?: number
  readonly lengthBytesMax?: number
  /** What OpenSSL calls the curve or the algorithm; unset for symmetric keys. */
  readonly opensslName?: string
  /** A private-key operation takes 150 µs or more and runs off the main thread where node:crypto can. */
  readonly slowPrivate: boolean
  /** A public-key operation takes 150 µs or more. */
  readonly slowPublic: boolean
}

function symmetric(lengthBytes: number, strengthBits = lengthBytes * 8): SpecEntry {
  return { family: 'symmetric', lengthBytes, strengthBits, slowPrivate: false, slowPublic: false }
}

// An HMAC key as long as its hash has the hash's full strength (SP 800-107r1 §5.3.4); imported keys may be
// shorter, down to 112 bits (SP 800-131Ar2 §10), or longer.
function hmac(lengthBytes: number): SpecEntry {
  return { ...symmetric(lengthBytes), lengthBytesMin: 14, lengthBytesMax: 1024 }
}

function rsa(bits: number, strengthBits: number): SpecEntry {
  const slowPublic = bits >= 6144
  const lengthBytes = bits / 8
  return {
    family: 'rsa',
    strengthBits,
    lengthBytes,
    opensslName: 'rsa',
    slowPrivate: true,
    slowPublic,
  }
}

function asymmetric(
  family: KeyFamily,
  opensslName: string,
  strengthBits: number,
  speed: 'fast' | 'slow' | 'slow-private' = 'fast',
): SpecEntry {
  const slowPrivate = speed !== 'fast'
  return { family, opensslName, strengthBits, slowPrivate, slowPublic: speed === 'slow' }
}

export const keySpecs = {
  'aes-128': symmetric(16),
  'aes-192': symmetric(24),
  'aes-256': symmetric(32),
  'aes-128-xts': symmetric(32, 128),
  'aes-256-xts': symmetric(64, 256),
  chacha20: symmetric(32),
  'hmac-sha1': hmac(20),
  'hmac-sha224': hmac(28),
  'hmac-sha256': hmac(32),
  'hmac-sha384': hmac(48),
  'hmac-sha512': hmac(64),
  'hmac-sha3-224': hmac(28),
  'hmac-sha3-256': hmac(32),
  'hmac-sha3-384': hmac(48),
  'hmac-sha3-512': hmac(64),
  'kdk-128': symmetric(16),
  'kdk-256': symmetric(32),
  'kdk-384': symmetric(48),
  'kdk-512': symmetric(64),
  'rsa-2048': rsa(2048, 112),
  'rsa-3072': rsa(3072, 128),
  'rsa-4096': rsa(4096, 152),
  'rsa-6144': rsa(6144, 176),
  'rsa-8192': rsa(8192, 200),
  'ec-p256': asymmetric('ec', 'prime256v1', 128),
  'ec-p384': asymmetric('ec', 'secp384r1', 192, 'slow'),
  'ec-p521': asymmetric('ec', 'secp521r1', 256, 'slow'),
  'ec-secp256k1': asymmetric('ec', 'secp256k1', 128, 'slow'),
  'ec-brainpool-p256r1': asymmetric('ec', 'brainpoolP256r1', 128, 'slow'),
  'ec-brainpool-p384r1': asymmetric('ec', 'brainpoolP384r1', 192, 'slow'),
  'ec-brainpool-p512r1': asymmetric('ec', 'brainpoolP512r1', 256, 'slow'),
  ed25519: asymmetric('edwards', 'ed25519', 128),
  ed448: asymmetric('edwards', 'ed448', 224, 'slow'),
  x25519: asymmetric('montgomery', 'x25519', 128),
  x448: asymmetric('montgomery', 'x448', 224, 'slow'),
  'ml-kem-512': asymmetric('ml-kem', 'ml-kem-512', 128),
  'ml-kem-768': asymmetric('ml-kem', 'ml-kem-768', 192),
  'ml-kem-1024': asymmetric('ml-kem', 'ml-kem-1024', 256),
  'ml-dsa-44': asymmetric('ml-dsa', 'ml-dsa-44', 128, 'slow'),
  'ml-dsa-65': asymmetric('ml-dsa', 'ml-dsa-65', 192, 'slow'),
  'ml-dsa-87': asymmetric('ml-dsa', 'ml-dsa-87', 256, 'slow'),
  'slh-dsa-sha2-128s': asymmetric('slh-dsa', 'slh-dsa-sha2-128s', 128, 'slow'),
  'slh-dsa-sha2-128f': asymmetric('slh-dsa', 'slh-dsa-sha2-128f', 128, 'slow'),
  'slh-dsa-sha2-192s': asymmetric('slh-dsa', 'slh-dsa-sha2-192s', 192, 'slow'),
  'slh-dsa-sha2-192f': asymmetric('slh-dsa', 'slh-dsa-sha2-192f', 192, 'slow'),
  'slh-dsa-sha2-256s': asymmetric('slh-dsa', 'slh-dsa-sha2-256s', 256, 'slow'),
  'slh-dsa-sha2-256f': asymmetric('slh-dsa', 'slh-dsa-sha2-256f', 256, 'slow'),
  'slh-dsa-shake-128s': asymmetric('slh-dsa', 'slh-dsa-shake-128s', 128, 'slow'),
  'slh-dsa-shake-128f': asymmetric('slh-dsa', 'slh-dsa-shake-128f', 128, 'slow'),
  'slh-dsa-shake-192s': asymmetric('slh-dsa', 'slh-dsa-shake-192s', 192, 'slow'),
  'slh-dsa-shake-192f': asymmetric('slh-dsa', 'slh-dsa-shake-192f', 192, 'slow'),
  'slh-dsa-shake-256s': asymmetric('slh-dsa', 'slh-dsa-shake-256s', 256, 'slow'),
  'slh-dsa-shake-256f': asymmetric('slh-dsa', 'slh-dsa-shake-256f', 256, 'slow'),
  'x-wing': asymmetric('x-wing', 'x-wing', 128),
} as const satisfies Record<string, SpecEntry>

export type KeySpec = keyof typeof keySpecs

/** Every specification, in the table's order. */
export const keySpecNames: readonly KeySpec[] = Object.freeze(Object.keys(keySpecs) as KeySpec[])

export function isKeySpec(name: string): name is KeySpec {
  return Object.hasOwn(keySpecs, name)
}

/** The table's row for `spec`. */
export function specEntry(spec: KeySpec): SpecEntry {
  return keySpecs[spec]
}

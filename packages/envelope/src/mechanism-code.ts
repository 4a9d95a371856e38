import { EnvelopeError } from './error.ts'

/**
 * The number of each mechanism on the wire. Names are those of the keeper's domain, by name only. A number
 * is never reused, and a mechanism that is withdrawn keeps its own.
 */
export const MECHANISM_CODES = {
  'aes-gcm': 0x0001,
  'aes-gcm-siv': 0x0002,
  'aes-ccm': 0x0003,
  'aes-ctr': 0x0004,
  'aes-cbc': 0x0005,
  'aes-ecb': 0x0006,
  'aes-xts': 0x0007,
  'aes-kw': 0x0008,
  'aes-kwp': 0x0009,
  'aes-cmac': 0x000a,
  'chacha20-poly1305': 0x0010,
  'hmac-sha1': 0x0020,
  'hmac-sha224': 0x0021,
  'hmac-sha256': 0x0022,
  'hmac-sha384': 0x0023,
  'hmac-sha512': 0x0024,
  'hmac-sha3-224': 0x0025,
  'hmac-sha3-256': 0x0026,
  'hmac-sha3-384': 0x0027,
  'hmac-sha3-512': 0x0028,
  'rsa-oaep-sha1': 0x0040,
  'rsa-oaep-sha256': 0x0041,
  'rsa-oaep-sha384': 0x0042,
  'rsa-oaep-sha512': 0x0043,
  'rsa-pkcs1': 0x0044,
  'rsa-aes-kwp-sha1': 0x0045,
  'rsa-aes-kwp-sha256': 0x0046,
  'rsa-pss-sha256': 0x0050,
  'rsa-pss-sha384': 0x0051,
  'rsa-pss-sha512': 0x0052,
  'rsa-pkcs1-sha1': 0x0053,
  'rsa-pkcs1-sha256': 0x0054,
  'rsa-pkcs1-sha384': 0x0055,
  'rsa-pkcs1-sha512': 0x0056,
  'ecdsa-sha1': 0x0060,
  'ecdsa-sha256': 0x0061,
  'ecdsa-sha384': 0x0062,
  'ecdsa-sha512': 0x0063,
  'ecdsa-sha3-256': 0x0064,
  'ecdsa-sha3-384': 0x0065,
  'ecdsa-sha3-512': 0x0066,
  ed25519: 0x0070,
  ed25519ph: 0x0071,
  ed448: 0x0072,
  ed448ph: 0x0073,
  'ml-dsa': 0x0080,
  'slh-dsa': 0x0081,
  ecdh: 0x0090,
  x25519: 0x0091,
  x448: 0x0092,
  'ml-kem': 0x00a0,
  'x-wing': 0x00a1,
  'hkdf-sha256': 0x00b0,
  'hkdf-sha384': 0x00b1,
  'hkdf-sha512': 0x00b2,
  'kbkdf-hmac-sha256': 0x00b3,
  'kbkdf-hmac-sha384': 0x00b4,
  'kbkdf-hmac-sha512': 0x00b5,
  'kbkdf-cmac': 0x00b6,
  'onestep-sha256': 0x00b7,
  'onestep-sha384': 0x00b8,
  'onestep-sha512': 0x00b9,
  'onestep-hmac-sha256': 0x00ba,
} as const satisfies Readonly<Record<string, number>>

export type MechanismName = keyof typeof MECHANISM_CODES

const names = new Map<number, MechanismName>(
  Object.entries(MECHANISM_CODES).map(([name, code]) => [code, name as MechanismName]),
)

export function mechanismCode(name: MechanismName): number {
  return MECHANISM_CODES[name]
}

/** The mechanism of a number; throws `unknown-mechanism`. */
export function mechanismName(code: number): MechanismName {
  const name = names.get(code)
  if (name === undefined) {
    throw new EnvelopeError('unknown-mechanism', 'the mechanism of this envelope is not known here')
  }
  return name
}

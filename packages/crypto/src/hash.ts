import * as nodeCrypto from 'node:crypto'

/** The hashes by our names; OpenSSL's differ for the truncated SHA-512s. */
const hashes = {
  sha1: { openssl: 'sha1', lengthBytes: 20, blockBytes: 64 },
  sha224: { openssl: 'sha224', lengthBytes: 28, blockBytes: 64 },
  sha256: { openssl: 'sha256', lengthBytes: 32, blockBytes: 64 },
  sha384: { openssl: 'sha384', lengthBytes: 48, blockBytes: 128 },
  sha512: { openssl: 'sha512', lengthBytes: 64, blockBytes: 128 },
  'sha512-224': { openssl: 'sha512-224', lengthBytes: 28, blockBytes: 128 },
  'sha512-256': { openssl: 'sha512-256', lengthBytes: 32, blockBytes: 128 },
  'sha3-224': { openssl: 'sha3-224', lengthBytes: 28, blockBytes: 144 },
  'sha3-256': { openssl: 'sha3-256', lengthBytes: 32, blockBytes: 136 },
  'sha3-384': { openssl: 'sha3-384', lengthBytes: 48, blockBytes: 104 },
  'sha3-512': { openssl: 'sha3-512', lengthBytes: 64, blockBytes: 72 },
} as const

export type HashName = keyof typeof hashes

/** What OpenSSL calls the hash. */
export function opensslHash(name: HashName): string {
  return hashes[name].openssl
}

export function hashLengthBytes(name: HashName): number {
  return hashes[name].lengthBytes
}

/** The hash's input block, which HMAC pads its key to (FIPS 198-1 §3). */
export function hashBlockBytes(name: HashName): number {
  return hashes[name].blockBytes
}

/** The digest of `data`; text is hashed as UTF-8. */
export function hash(name: HashName, data: Uint8Array | string): Uint8Array {
  return nodeCrypto.hash(hashes[name].openssl, data, 'buffer')
}

/** The digest in lower-case hexadecimal: three times faster than `hash`, which allocates a buffer. */
export function hashHex(name: HashName, data: Uint8Array | string): string {
  return nodeCrypto.hash(hashes[name].openssl, data, 'hex')
}

/** The digest as a string of its bytes (latin1): the fastest form, for map keys. */
export function hashLatin1(name: HashName, data: Uint8Array | string): string {
  return nodeCrypto.hash(hashes[name].openssl, data, 'latin1')
}

/** A digest fed in parts. */
export type Hasher = {
  update(data: Uint8Array): void
  digest(): Uint8Array
}

export function createHasher(name: HashName): Hasher {
  const state = nodeCrypto.createHash(hashes[name].openssl)
  return {
    update: (data) => void state.update(data),
    digest: () => state.digest(),
  }
}

/** SHAKE256 with an output of `lengthBytes` (FIPS 202 §6.2). */
export function shake256(data: Uint8Array, lengthBytes: number): Uint8Array {
  return nodeCrypto.createHash('shake256', { outputLength: lengthBytes }).update(data).digest()
}

// What the key files of other programs are encrypted with, and nothing of ours: CBC with PKCS #7 padding, Triple
// DES among the ciphers (PKCS #12, JCEKS), and MD5 among the hashes (PKCS #5 v1.5). OpenSSL's own.
import * as nodeCrypto from 'node:crypto'
import { authenticationFailed, CryptoError, invalidKey } from '../error.ts'
import { type HashName, opensslHash } from '../hash.ts'
import { offHeapBytes, offHeapCopy } from '../off-heap.ts'
import { WipedIntegers } from '../wiped-integers.ts'

export type KeyFileCipher = 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc'

export function encryptKeyFile(
  cipher: KeyFileCipher,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const state = nodeCrypto.createCipheriv(cipher, key, iv)
  return Buffer.concat([state.update(plaintext), state.final()])
}

/** What comes out is wiped by the caller; padding that is wrong is `authentication-failed`. */
export function decryptKeyFile(
  cipher: KeyFileCipher,
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array {
  let body: Buffer | undefined
  let end: Buffer | undefined
  try {
    const state = nodeCrypto.createDecipheriv(cipher, key, iv)
    body = state.update(ciphertext)
    end = state.final()
    const both = Buffer.concat([body, end])
    const plaintext = offHeapCopy(both)
    both.fill(0)
    return plaintext
  } catch (error) {
    if (error instanceof CryptoError) throw error
    throw authenticationFailed()
  } finally {
    body?.fill(0)
    end?.fill(0)
  }
}

/**
 * Of `data`, hashed `iterations` times over: the inner loop of PKCS #12's and PKCS #5's old derivations. Java's
 * puts a suffix to each digest before the next.
 */
export function hashRepeatedly(
  name: HashName | 'md5',
  data: Uint8Array,
  iterations: number,
  suffix?: Uint8Array,
): Uint8Array {
  const algorithm = name === 'md5' ? name : opensslHash(name)
  let digest: Buffer = nodeCrypto.hash(algorithm, data, 'buffer')
  const input = offHeapBytes(digest.length + (suffix?.length ?? 0))
  if (suffix !== undefined) input.set(suffix, digest.length)
  for (let round = 1; round < iterations; round++) {
    input.set(digest)
    digest.fill(0)
    digest = nodeCrypto.hash(algorithm, input, 'buffer')
  }
  input.fill(0)
  return digest
}

/** `value mod (prime - 1)`: the exponent of an RSA key for one of its primes, which OpenSSH does not write down. */
export function crtExponent(value: Uint8Array, prime: Uint8Array): Uint8Array {
  const integers = new WipedIntegers()
  try {
    const one = integers.fromBytes(Uint8Array.of(1))
    const divisor = integers.subtract(integers.fromBytes(prime), one)
    const rest = integers.modulo(integers.fromBytes(value), divisor)
    const bytes = offHeapBytes(rest.length * 2)
    const view = new DataView(bytes.buffer)
    for (const [index, limb] of rest.entries()) view.setUint16(bytes.length - 2 * index - 2, limb)
    return bytes
  } catch {
    throw invalidKey('rsa key has a prime that is none')
  } finally {
    integers.wipe()
  }
}

// HMAC (FIPS 198-1) and the MACs behind OpenSSL's EVP_MAC: CMAC (SP 800-38B), GMAC, KMAC (SP 800-185).
import * as nodeCrypto from 'node:crypto'
import { createHmac } from 'node:crypto'
import { type HashName, opensslHash } from '../hash.ts'

type MacOptions = {
  readonly cipher?: string
  readonly iv?: Uint8Array
  readonly outputLength?: number
}
type Mac = { update(data: Uint8Array): Mac; final(): Buffer }

// Node 26 has createMac; its type declarations do not yet.
const { createMac } = nodeCrypto as unknown as {
  createMac: (algorithm: string, key: Uint8Array, options: MacOptions) => Mac
}

/** Of the parts, one after the other; text is taken as UTF-8. */
export function hmac(
  name: HashName,
  key: Uint8Array,
  ...parts: readonly (Uint8Array | string)[]
): Uint8Array {
  const state = createHmac(opensslHash(name), key)
  for (const part of parts) state.update(part)
  return state.digest()
}

/** AES-CMAC with a 16-byte tag. */
export function cmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  let state = createMac('cmac', key, { cipher: `aes-${key.length * 8}-cbc` })
  for (const part of parts) state = state.update(part)
  return state.final()
}

/** AES-GMAC: the GCM tag of an empty plaintext. */
export function gmac(key: Uint8Array, iv: Uint8Array, message: Uint8Array): Uint8Array {
  return createMac('gmac', key, { cipher: `aes-${key.length * 8}-gcm`, iv })
    .update(message)
    .final()
}

export function kmac(
  strengthBits: 128 | 256,
  key: Uint8Array,
  message: Uint8Array,
  outputLength: number,
): Uint8Array {
  return createMac(`kmac${strengthBits}`, key, { outputLength }).update(message).final()
}

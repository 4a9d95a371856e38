import { diffieHellman, type KeyObject } from 'node:crypto'
import { type CryptoError, invalidKey } from '../error.ts'

/** The raw shared secret; OpenSSL refuses a result of all zeros (RFC 7748 §6). */
export function agreeSecret(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  try {
    return diffieHellman({ privateKey, publicKey })
  } catch {
    throw refused()
  }
}

/** The same on the thread pool. */
export function agreeSecretAsync(privateKey: KeyObject, publicKey: KeyObject): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  diffieHellman({ privateKey, publicKey }, (error, secret) => {
    if (error === null) resolve(secret)
    else reject(refused())
  })
  return promise
}

function refused(): CryptoError {
  return invalidKey("the peer's public key yields no shared secret")
}

import { decapsulate, encapsulate, type KeyObject } from 'node:crypto'
import { invalidInput } from '../error.ts'

export type Encapsulated = { readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array }

/** ML-KEM.Encaps (FIPS 203 §7.2). */
export function encapsulateMlKem(publicKey: KeyObject): Encapsulated {
  const { ciphertext, sharedKey } = encapsulate(publicKey)
  return { ciphertext, sharedSecret: sharedKey }
}

/** ML-KEM.Decaps (FIPS 203 §7.3): a wrong ciphertext yields another secret; a wrong length is refused. */
export function decapsulateMlKem(privateKey: KeyObject, ciphertext: Uint8Array): Uint8Array {
  try {
    return decapsulate(privateKey, ciphertext)
  } catch {
    throw invalidInput('ciphertext is not as long as this key asks')
  }
}

import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'

export interface EncapsulateItem {
  readonly mechanism?: Mechanism | undefined
}

export interface Encapsulated {
  readonly ciphertext: Uint8Array
  readonly sharedSecret: Uint8Array
  readonly version: number
}

/** A fresh shared secret and its encapsulation to the key's public half (FIPS 203 §7.2, SP 800-227). */
export const encapsulate: DataOperation<EncapsulateItem, Encapsulated> = {
  action: 'key.encapsulate',
  usage: 'encapsulate',
  mechanismOf: (item) => item.mechanism,
  bytesOf: () => 0,
  run: async ({ material, mechanism, version }) => ({
    ...(await material.encapsulate(mechanism)),
    version: version.version,
  }),
}

import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'
import { assertSize } from './size.ts'

export interface DecapsulateItem {
  readonly ciphertext: Uint8Array
  readonly version?: number | undefined
  readonly mechanism?: Mechanism | undefined
}

export interface Decapsulated {
  readonly sharedSecret: Uint8Array
  readonly version: number
}

/**
 * The shared secret of an encapsulation. A wrong ciphertext of the right length gives a wrong secret and
 * no error: implicit rejection (FIPS 203 §6.3).
 */
export const decapsulate: DataOperation<DecapsulateItem, Decapsulated> = {
  action: 'key.decapsulate',
  usage: 'decapsulate',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: () => 0,
  check: (item) => assertSize(item.ciphertext, 'ciphertext'),
  run: async ({ material, mechanism, version }, item) => ({
    sharedSecret: await material.decapsulate(mechanism, item.ciphertext),
    version: version.version,
  }),
}

import { KeeperError } from '../../error.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import { type KeySpec, specFacts } from '../../key/spec.ts'
import type { DataOperation } from '../data-operation.ts'
import type { DataKey } from './generate-data-key.ts'

export interface DataKeyPairItem {
  readonly spec: KeySpec
  readonly aad?: Uint8Array | undefined
  readonly mechanism?: Mechanism | undefined
  readonly withoutPlaintext?: boolean | undefined
}

export interface DataKeyPair extends DataKey {
  /** SubjectPublicKeyInfo, or the raw key where no SPKI is defined. */
  readonly publicKey: Uint8Array
}

/** A fresh pair that the keeper does not keep: its private half (PKCS#8) comes encrypted under the key. */
export const generateDataKeyPair: DataOperation<DataKeyPairItem, DataKeyPair> = {
  action: 'key.generate-data-key-pair',
  usage: 'encrypt',
  mechanismOf: (item) => item.mechanism,
  bytesOf: () => 0,
  check: ({ spec }) => {
    if (specFacts(spec).form === 'pair') return
    throw new KeeperError('invalid-input', `\`${spec}\` is not a pair; ask for a data key instead`)
  },
  run: async ({ material, mechanism, version }, item, scope) => {
    const { privateKey, publicKey } = await scope.generatePair(item.spec)
    const { iv, ciphertext } = await material.encrypt(mechanism, privateKey, item.aad)
    const pair = { version: version.version, mechanism, iv, ciphertext, publicKey }
    if (item.withoutPlaintext !== true) return { ...pair, plaintext: privateKey }
    privateKey.fill(0)
    return pair
  },
}

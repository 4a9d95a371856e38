import { KeeperError } from '../../error.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'
import type { Encrypted } from './encrypt.ts'

const DATA_KEY_BYTES_MAX = 1_024

export interface DataKeyItem {
  readonly lengthBytes: number
  readonly aad?: Uint8Array | undefined
  readonly mechanism?: Mechanism | undefined
  /** Leave the plaintext out: for keys made now and used later by somebody else. */
  readonly withoutPlaintext?: boolean | undefined
}

export interface DataKey extends Encrypted {
  readonly plaintext?: Uint8Array
}

/** A fresh data key, in clear for use now and encrypted under the key to be kept (SP 800-133r2 §6.1). */
export const generateDataKey: DataOperation<DataKeyItem, DataKey> = {
  action: 'key.generate-data-key',
  usage: 'encrypt',
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.lengthBytes,
  check: ({ lengthBytes }) => {
    if (Number.isSafeInteger(lengthBytes) && lengthBytes >= 16 && lengthBytes <= DATA_KEY_BYTES_MAX)
      return
    throw new KeeperError('invalid-input', `a data key has 16 to ${DATA_KEY_BYTES_MAX} bytes`)
  },
  run: ({ material, mechanism, version }, item, scope) => {
    const plaintext = scope.random(item.lengthBytes)
    const finish = (iv: Uint8Array, ciphertext: Uint8Array): DataKey => {
      const key = { version: version.version, mechanism, iv, ciphertext }
      if (item.withoutPlaintext !== true) return { ...key, plaintext }
      plaintext.fill(0)
      return key
    }
    const sealed = material.encrypt(mechanism, plaintext, item.aad)
    if (sealed instanceof Promise)
      return sealed.then(({ iv, ciphertext }) => finish(iv, ciphertext))
    return finish(sealed.iv, sealed.ciphertext)
  },
}

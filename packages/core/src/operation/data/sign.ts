import type { SignatureOptions } from '../../custody/custody.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'
import { assertSize } from './size.ts'

export interface SignItem {
  /** The message, or its digest when `options.prehashed`. */
  readonly message: Uint8Array
  readonly mechanism?: Mechanism | undefined
  readonly options: SignatureOptions
}

export interface Signed {
  readonly signature: Uint8Array
  readonly version: number
  readonly mechanism: Mechanism
}

/** Signs with the private half of the key's current version. */
export const sign: DataOperation<SignItem, Signed> = {
  action: 'key.sign',
  usage: 'sign',
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.message.length,
  check: (item) => assertSize(item.message, 'message'),
  run: ({ material, mechanism, version }, item) => {
    const signature = material.sign(mechanism, item.message, item.options)
    if (signature instanceof Promise) {
      return signature.then((bytes) => ({ signature: bytes, version: version.version, mechanism }))
    }
    return { signature, version: version.version, mechanism }
  },
}

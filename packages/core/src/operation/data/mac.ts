import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'
import { assertSize } from './size.ts'

export interface MacItem {
  readonly message: Uint8Array
  readonly mechanism?: Mechanism | undefined
}

export interface Maced {
  readonly mac: Uint8Array
  readonly version: number
  readonly mechanism: Mechanism
}

/** Authenticates a message under the key's current version. */
export const mac: DataOperation<MacItem, Maced> = {
  action: 'key.mac',
  usage: 'mac',
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.message.length,
  check: (item) => assertSize(item.message, 'message'),
  run: ({ material, mechanism, version }, item) => {
    const tag = material.mac(mechanism, item.message)
    if (tag instanceof Promise)
      return tag.then((bytes) => ({ mac: bytes, version: version.version, mechanism }))
    return { mac: tag, version: version.version, mechanism }
  },
}

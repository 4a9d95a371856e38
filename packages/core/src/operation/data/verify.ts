import type { DataOperation } from '../data-operation.ts'
import type { SignItem } from './sign.ts'
import { assertSize } from './size.ts'

export interface VerifyItem extends SignItem {
  readonly signature: Uint8Array
  /** The version that signed; absent: the current one. */
  readonly version?: number | undefined
}

export interface Verified {
  readonly valid: boolean
  readonly version: number
}

/** Checks a signature; works on, when the private half is gone, as long as the public half lives. */
export const verify: DataOperation<VerifyItem, Verified> = {
  action: 'key.verify',
  usage: 'verify',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.message.length,
  check: (item) => {
    assertSize(item.message, 'message')
    assertSize(item.signature, 'signature')
  },
  run: ({ material, mechanism, version }, item) => {
    const valid = material.verify(mechanism, item.message, item.signature, item.options)
    if (valid instanceof Promise)
      return valid.then((answer) => ({ valid: answer, version: version.version }))
    return { valid, version: version.version }
  },
}

import type { DataOperation } from '../data-operation.ts'
import type { MacItem } from './mac.ts'
import { assertSize } from './size.ts'
import type { Verified } from './verify.ts'

export interface VerifyMacItem extends MacItem {
  readonly mac: Uint8Array
  /** The version that made it; absent: the current one. */
  readonly version?: number | undefined
}

/** Checks a message authentication code in constant time. */
export const verifyMac: DataOperation<VerifyMacItem, Verified> = {
  action: 'key.verify-mac',
  usage: 'verify-mac',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.message.length,
  check: (item) => {
    assertSize(item.message, 'message')
    assertSize(item.mac, 'mac')
  },
  run: ({ material, mechanism, version }, item) => {
    const valid = material.verifyMac(mechanism, item.message, item.mac)
    if (valid instanceof Promise)
      return valid.then((answer) => ({ valid: answer, version: version.version }))
    return { valid, version: version.version }
  },
}

import { KeeperError } from '../../error.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation, KeyUse } from '../data-operation.ts'
import type { KeyRef } from '../key-cache.ts'

/** The largest private key in an ordinary encoding (SLH-DSA, RSA-8192) is well below this. */
export const MATERIAL_BYTES_MAX = 16_384

export interface WrapItem {
  /** Either bytes of the caller's, or a key of the keeper's that was made exportable. */
  readonly material?: Uint8Array | undefined
  readonly target?: KeyRef | undefined
  readonly targetVersion?: number | undefined
  readonly mechanism?: Mechanism | undefined
  readonly aad?: Uint8Array | undefined
}

export interface Wrapped {
  readonly wrapped: Uint8Array
  readonly version: number
  readonly mechanism: Mechanism
}

/** Protects key material under a wrapping key (SP 800-38F, RFC 8017 §7.1, PKCS#11 RSA-AES). */
export const wrap: DataOperation<WrapItem, Wrapped> = {
  action: 'key.wrap',
  usage: 'wrap',
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.material?.length ?? 0,
  check: (item, key) => {
    if ((item.material === undefined) === (item.target === undefined)) {
      throw new KeeperError('invalid-input', 'give either material or the key to wrap')
    }
    if ((item.material?.length ?? 0) > MATERIAL_BYTES_MAX) {
      throw new KeeperError(
        'too-large',
        `key material may have at most ${MATERIAL_BYTES_MAX} bytes`,
      )
    }
    if (item.target === key.id || item.target === key.name) {
      throw new KeeperError('invalid-input', 'a key cannot wrap itself')
    }
  },
  other: ({ target, targetVersion }) =>
    target === undefined ? undefined : { key: target, exportVersion: targetVersion },
  run: async ({ material, mechanism, version }, item, _scope, other) => {
    if (item.material !== undefined) {
      const wrapped = await material.wrap(mechanism, item.material, item.aad)
      return { wrapped, version: version.version, mechanism }
    }
    const target = other as KeyUse
    const wrapped = await material.wrapMaterial(mechanism, target.material, item.aad)
    return { wrapped, version: version.version, mechanism }
  },
}

import type { DeriveParameters } from '../../custody/custody.ts'
import { KeeperError } from '../../error.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'

const DERIVED_BYTES_MAX = 8_160
const PARAMETER_BYTES_MAX = 1_024

export interface DeriveItem extends DeriveParameters {
  readonly mechanism?: Mechanism | undefined
  readonly version?: number | undefined
}

export interface Derived {
  readonly derived: Uint8Array
  readonly version: number
  readonly mechanism: Mechanism
}

/** Derives keying material (SP 800-108r1, SP 800-56Cr2, RFC 5869); same input, same output. */
export const derive: DataOperation<DeriveItem, Derived> = {
  action: 'key.derive',
  usage: 'derive',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.lengthBytes,
  check: (item) => {
    const { lengthBytes } = item
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > DERIVED_BYTES_MAX) {
      throw new KeeperError('invalid-input', `derive 1 to ${DERIVED_BYTES_MAX} bytes`)
    }
    for (const parameter of [item.salt, item.label, item.context]) {
      if ((parameter?.length ?? 0) > PARAMETER_BYTES_MAX) {
        throw new KeeperError(
          'too-large',
          `salt, label and context may have ${PARAMETER_BYTES_MAX} bytes each`,
        )
      }
    }
  },
  run: async ({ material, mechanism, version }, item) => ({
    derived: await material.derive(mechanism, item),
    version: version.version,
    mechanism,
  }),
}

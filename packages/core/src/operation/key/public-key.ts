import { decodeBase64 } from '@claviger/bytes'
import { KeeperError } from '../../error.ts'
import { awaitingMaterial, lacksMaterial } from '../../key/imported-material.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { chosenVersion } from './described-key.ts'

export interface PublicKeyInput {
  readonly key: KeyRef
  readonly version?: number
}

export interface PublicKeyOutput {
  readonly key: string
  readonly version: number
  readonly spec: string
  /** SubjectPublicKeyInfo, or the raw key where no SPKI is defined. */
  readonly publicKey: Uint8Array
}

/** The public half of a pair, for whoever verifies, encrypts or encapsulates without the keeper. */
export const publicKey: ManagementOperation<'key', PublicKeyInput, PublicKeyOutput> = {
  action: 'key.public-key',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const { key } = scope.subject
    const { value } = await chosenVersion(scope, input.version)
    if (lacksMaterial(value, scope.now)) throw awaitingMaterial(key, value)
    if (value.publicKey === undefined) {
      throw new KeeperError(
        'wrong-usage',
        `key \`${key.name}\` is symmetric: it has no public half`,
      )
    }
    return {
      output: {
        key: key.id,
        version: value.version,
        spec: key.spec,
        publicKey: decodeBase64(value.publicKey),
      },
    }
  },
}

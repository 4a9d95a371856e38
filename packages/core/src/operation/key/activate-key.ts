import { KeeperError } from '../../error.ts'
import { awaitingMaterial, isUnbrought } from '../../key/imported-material.ts'
import { move, settle } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, chosenVersion, type DescribedKey } from './described-key.ts'

export interface ActivateKeyInput {
  readonly key: KeyRef
  readonly version?: number
  readonly reason?: string
}

/** Starts the originator-usage period of a pre-active version (SP 800-57 pt1 §7.1 T4). */
export const activateKey: ManagementOperation<'key', ActivateKeyInput, DescribedKey> = {
  action: 'key.activate',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const stored = await chosenVersion(scope, input.version)
    const { key } = scope.subject
    const { state } = settle(key, stored.value, scope.now)
    // Out of a suspension leads `key.resume`, which is another permission.
    if (state !== 'pre-active') {
      throw new KeeperError(
        'wrong-state',
        `version ${stored.value.version} of key \`${key.name}\` is ${state} already`,
      )
    }
    if (isUnbrought(stored.value)) throw awaitingMaterial(key, stored.value)
    if (stored.value.version === key.pendingVersion) {
      throw new KeeperError('wrong-state', 'a pending version is put in force by a rotation to it')
    }
    const version = move(key, stored.value, 'active', {
      at: scope.now,
      by: scope.session.principal,
      reason: input.reason ?? 'activated',
    })
    const currentVersion = Math.max(key.currentVersion, version.version)
    return changeKey(scope, { ...key, currentVersion }, [{ stored, version }])
  },
}

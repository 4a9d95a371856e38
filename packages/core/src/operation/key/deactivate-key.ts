import { move } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, chosenVersion, type DescribedKey } from './described-key.ts'

export interface DeactivateKeyInput {
  readonly key: KeyRef
  readonly version?: number
  readonly reason?: string
}

/** Ends the originator-usage period of a version by hand (SP 800-57 pt1 §7.2 T8, §7.3 T12). */
export const deactivateKey: ManagementOperation<'key', DeactivateKeyInput, DescribedKey> = {
  action: 'key.deactivate',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const stored = await chosenVersion(scope, input.version)
    const { key } = scope.subject
    const version = move(key, stored.value, 'deactivated', {
      at: scope.now,
      by: scope.session.principal,
      reason: input.reason ?? 'deactivated',
    })
    return changeKey(scope, key, [{ stored, version }])
  },
}

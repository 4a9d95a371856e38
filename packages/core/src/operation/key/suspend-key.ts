import { KeeperError } from '../../error.ts'
import { move } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved, settledVersions } from './described-key.ts'

export interface SuspendKeyInput {
  readonly key: KeyRef
  readonly reason: string
}

/**
 * Stops a key for now (SP 800-57 pt1 §7.2 T7): its active versions are suspended, and none of the others
 * serves either until it is resumed.
 */
export const suspendKey: ManagementOperation<'key', SuspendKeyInput, DescribedKey> = {
  action: 'key.suspend',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, { reason }) => {
    const { key } = scope.subject
    if (key.suspension !== undefined) {
      throw new KeeperError('wrong-state', `key \`${key.name}\` is suspended already`)
    }
    if (key.state === 'destroyed')
      throw new KeeperError('wrong-state', `key \`${key.name}\` is destroyed`)
    const change = { at: scope.now, by: scope.session.principal, reason }
    const moved: Moved[] = []
    for (const { stored, version } of await settledVersions(scope)) {
      const active = version.state === 'active'
      moved.push({ stored, version: active ? move(key, version, 'suspended', change) : version })
    }
    return changeKey(scope, { ...key, suspension: { at: scope.now, reason } }, moved, { reason })
  },
}
